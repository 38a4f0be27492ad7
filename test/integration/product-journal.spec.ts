import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { TestEventSource } from "../helpers/event-source.ts";
import { connectGateway, provision } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

const ID = "gw-1";
const TWIN = `/v1/gateways/${ID}/twin`;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let product: Product;

beforeAll(async () => {
  directory = await temporaryDirectory();
  product = await startProduct({ dataDir: directory.path });
});
afterAll(async () => {
  const code = await product.kill("SIGTERM");
  await directory.remove();
  expect(code).toBe(0);
});

const typesOf = (events: readonly { readonly type?: unknown }[]) => events.map(({ type }) => type);
/** What other services tell of the gateway comes in an order of its own. */
const isOfOthers = ({ type }: { readonly type: string }) => /^(presence|config)\./.test(type);

async function eventsOnceThereAre(count: number) {
  const path = `/v1/events?orderBy=time&filter=${encodeURIComponent(`gatewayId = ${ID}`)}`;
  return waitFor(`${count} events`, async () => {
    const { body } = await product.request("GET", path);
    const { events } = body as { events: { type: string; actor: string; data: object }[] };
    const own = events.filter((event) => !isOfOthers(event));
    return own.length >= count && own;
  });
}

/** A gateway's life in the journal, from its creation to its end; a watch over it survives a restart. */
test("what happens to a gateway is in the journal: by REST, by MQTT, over a crash, once", async () => {
  const [credentials] = await provision(product, [ID]);
  if (!credentials) throw new Error("the gateway was not created");
  const watch = await TestEventSource.open(`${product.httpUrl}${TWIN}:watch`, product.token);
  await product.request("PATCH", `${TWIN}/desired`, { mode: "eco" });
  const gateway = await connectGateway(product, credentials);
  await gateway.publish("reported", { state: { mode: "eco" }, boot: "b1", seq: 1 });
  await gateway.publish("event", { id: "e1", type: "door.opened", severity: "WARNING", data: { by: 7 } });
  await watch.atLeast(3);
  await gateway.end();
  await product.kill("SIGKILL");
  product = await startProduct({ dataDir: directory.path });
  const again = await connectGateway(product, credentials);
  await again.publish("event", { id: "e1", type: "door.opened", severity: "WARNING", data: { by: 7 } });
  await again.end();
  await product.request("PATCH", `${TWIN}/desired`, { mode: null });

  const events = await eventsOnceThereAre(5);
  expect(typesOf(events)).toEqual([
    "gateway.created",
    "twin.desired.updated",
    "twin.reported.updated",
    "gateway.event.door.opened",
    "twin.desired.updated",
  ]);
  expect(events[3]).toMatchObject({ actor: `gateway:${ID}`, data: { eventId: "e1", data: { by: 7 } } });
  const back = await TestEventSource.open(
    `${product.httpUrl}${TWIN}:watch`,
    product.token,
    watch.lastEventId,
  );
  await back.atLeast(1);
  expect([...watch.messages, ...back.messages].map(({ event }) => event)).toEqual([
    "twin",
    "twin.desired.updated",
    "twin.reported.updated",
    "twin.desired.updated",
  ]);
  const { body } = await product.request("GET", `${TWIN}/history?at=2`);
  expect(body).toMatchObject({ version: 2, inSync: true, desired: { state: { mode: "eco" } } });
  await product.request("DELETE", `/v1/gateways/${ID}`);
  expect(
    typesOf(await eventsOnceThereAre(7))
      .slice(5)
      .toSorted(),
  ).toEqual(["gateway.deleted", "twin.removed"]);
  back.close();
});
