import mqtt, { type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { provision } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { type Server, startMosquitto } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const ID = "gw-1";
const REPORTS = 300;
const TWIN = `/v1/gateways/${ID}/twin`;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let broker: Server;
let product: Product;
let gateway: MqttClient;
const received: { readonly name: string; readonly payload: Record<string, unknown> }[] = [];

const start = () =>
  startProduct({ dataDir: directory.path, env: { MQTT_BROKER_URL: broker.url, MQTT_PORT: "" } });

beforeAll(async () => {
  directory = await temporaryDirectory();
  broker = await startMosquitto();
  product = await start();
  await provision(product, [ID]);
  gateway = await mqtt.connectAsync(broker.url, { clientId: ID });
  gateway.on("message", (topic, payload) => {
    received.push({ name: topic.slice(`gw/${ID}/down/`.length), payload: JSON.parse(payload.toString()) });
  });
  await gateway.subscribeAsync(`gw/${ID}/down/#`, { qos: 1 });
});

afterAll(async () => {
  await gateway.endAsync(true);
  const code = await product.kill("SIGTERM");
  await broker.stop();
  await directory.remove();
  expect(code).toBe(0);
});

const report = (seq: number, state: object) =>
  gateway.publishAsync(`gw/${ID}/up/reported`, JSON.stringify({ boot: "b1", seq, state }), { qos: 1 });

const acknowledged = () => received.filter(({ name }) => name === "ack").map(({ payload }) => payload.seq);

async function reportedKeys(): Promise<number> {
  const { body } = await product.request("GET", TWIN);
  return Object.keys((body as { reported: { state: object } }).reported.state).length;
}

/** A gateway at somebody else's broker: the bridge keeps the order in which it has reported. */
test("all of many reports sent at once count, also when the bridge is killed in between", async () => {
  const sent = Array.from({ length: REPORTS }, (_, seq) => report(seq + 1, { [`key-${seq}`]: seq }));
  await waitFor("the first acknowledgements", () => acknowledged().length > 0);
  await product.kill("SIGKILL");
  product = await start();
  await Promise.all(sent);
  await waitFor(`${REPORTS} acknowledgements`, () => new Set(acknowledged()).size === REPORTS, 20_000);
  expect(await reportedKeys()).toBe(REPORTS);
});

test("what is wished for reaches the gateway through the broker", async () => {
  const { status } = await product.request("PATCH", `${TWIN}/desired`, { mode: "eco" });
  expect(status).toBe(200);
  const delta = await waitFor("the delta", () => received.find(({ name }) => name === "delta"));
  expect(delta.payload).toMatchObject({ state: { mode: "eco" } });
});
