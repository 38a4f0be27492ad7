import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Consumer, Delivery } from "../../actors/runtime/ports.ts";
import type { TwinCommand } from "../../actors/twin/contract.ts";
import { EMPTY_TWIN } from "../../actors/twin/state.ts";
import { viewOf } from "../../actors/twin/view.ts";
import { call } from "../../mixins/bridge.ts";
import { twinResource } from "../../mixins/twin-resource.ts";
import { RETENTION, trimOnce } from "../../services/job/journal/retention.ts";
import { JournalWriter } from "../../services/job/journal/writer.ts";
import { Sql } from "../../stores/sql/sql.ts";
import { TestEventSource } from "../helpers/event-source.ts";
import { journalSchema, Twins } from "../helpers/journal.ts";
import { seededRandom } from "../helpers/random.ts";
import { report, update } from "../helpers/twin-builders.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type RestHarness, reasonOf, startRest, TOKEN } from "./rest-harness.ts";

const ALL = "/v1/events:watch";
const TWIN = "/v1/gateways/gw-1/twin:watch";
const MAX_WATCHES = 4;

let rest: RestHarness;
let consumers: Consumer[];
let twins: Twins;
let count = 0;
const sources: TestEventSource[] = [];

beforeAll(async () => {
  consumers = [];
  twins = new Twins();
  rest = await startRest([], { watches: { maxWatches: MAX_WATCHES, heartbeatMs: 20, pollMs: 50 } });
  rest.broker.createService(journalSchema(rest.sequelize, consumers));
  rest.broker.createService({
    name: "twins",
    actions: {
      get: async ({ params: { gatewayId } }: { params: { gatewayId: string } }) => {
        const gateway = await call(rest.broker, "gateways.get", { gatewayId });
        return twinResource(gateway, viewOf(gatewayId, twins.states.get(gatewayId) ?? EMPTY_TWIN));
      },
    },
  });
  await rest.broker.waitForServices(["journal", "twins"]);
  await rest.request("POST", "/v1/gateways", { body: { gatewayId: "gw-1" } });
});
afterAll(() => rest.stop());
beforeEach(() => {
  count += 1;
});
afterEach(async () => {
  for (const source of sources.splice(0)) source.close();
});

async function watch(path: string, lastEventId?: string): Promise<TestEventSource> {
  const source = await waitFor("a free place", () =>
    TestEventSource.open(rest.url + path, TOKEN, lastEventId).catch((error: Error) => {
      if (error.message === "answered with 429") return undefined;
      throw error;
    }),
  );
  sources.push(source);
  return source;
}

async function deliver(delivery: Delivery | undefined): Promise<void> {
  if (delivery) for (const consumer of consumers) await consumer.handle(delivery);
}
const take = (command: TwinCommand, gatewayId = "gw-1") =>
  deliver(twins.take(gatewayId, command, rest.time.now));

function happened(index: number, more: object = {}): Delivery {
  const events = [{ type: "test.happened", index, run: count, ...more }];
  return twins.deliveryOf([{ actorId: `gw-${index % 3}`, time: rest.time.now, events }]);
}

const indexesOf = (messages: TestEventSource["messages"]) =>
  messages.map(({ data }) => (data.data as { index: number }).index);
const upTo = (end: number) => Array.from({ length: end }, (_, index) => index);

describe("watching events", () => {
  test("each comes as it happens, with its type, its place and all that the list says of it", async () => {
    const source = await watch(ALL);
    await deliver(happened(0, { by: "ann", reason: "why" }));
    await source.atLeast(1);
    const { body } = await rest.request("GET", "/v1/events?pageSize=1");
    const [message] = source.messages;
    expect(message).toEqual({
      id: expect.stringMatching(/^\d+$/),
      event: "test.happened",
      data: (body.events as unknown[])[0],
    });
    expect(message?.data).toMatchObject({ actor: "ann", reason: "why", gatewayId: "gw-0" });
  });

  test("filters, and a gateway's own type can not break the stream", async () => {
    const source = await watch(`${ALL}?filter=${encodeURIComponent("severity >= WARNING")}`);
    await deliver(happened(0));
    const event = { eventType: "door\n\ndata: {}\n\n", severity: "ERROR" } as const;
    await take({ name: "recordEvent", params: event });
    await source.atLeast(1);
    expect(source.messages).toMatchObject([
      { event: "gateway.event.door  data: {}  ", data: { type: "gateway.event.door\n\ndata: {}\n\n" } },
    ]);
  });

  test("comes back at any point, however often: no gap, no double, in order", async () => {
    const random = seededRandom(7);
    let lastEventId = (await watch(ALL)).lastEventId;
    lastEventId = await waitFor("the first id", () => sources[0]?.lastEventId);
    sources[0]?.close();
    const seen: number[] = [];
    const producing = (async () => {
      for (let index = 0; index < 1000; index++) await deliver(happened(index));
    })();
    while (seen.length < 1000) {
      const source = await watch(ALL, lastEventId);
      await source.atLeast(Math.min(1 + Math.floor(random() * 150), 1000 - seen.length));
      source.close();
      // What comes after the client has gone is not seen.
      seen.push(...indexesOf(source.messages));
      lastEventId = source.messages.at(-1)?.id ?? lastEventId;
    }
    await producing;
    expect(seen).toEqual(upTo(1000));
  });

  test("a client that is slow gets all of it, later, and keeps nobody up", async () => {
    const [slow, quick] = [await watch(ALL), await watch(ALL)];
    slow.pause();
    const text = "x".repeat(20_000);
    for (let index = 0; index < 600; index++) await deliver(happened(index, { text }));
    await quick.atLeast(600);
    expect(slow.messages.length).toBeLessThan(600);
    slow.resume();
    await slow.atLeast(600);
    expect(indexesOf(slow.messages)).toEqual(upTo(600));
    expect(indexesOf(quick.messages)).toEqual(upTo(600));
  });

  test("events whose hint was lost come a little later", async () => {
    const source = await watch(ALL);
    await new JournalWriter(new Sql(rest.sequelize)).append(happened(0).rows);
    await source.atLeast(1);
  });

  test("heartbeats move the id on, past what the filter leaves out", async () => {
    const source = await watch(`${ALL}?filter=type%3Dnone`);
    const first = await waitFor("an id", () => source.lastEventId);
    await deliver(happened(0));
    await waitFor("a later id", () => Number(source.lastEventId) > Number(first));
    expect(source.text).toContain(": heartbeat\n");
    expect(source.messages).toEqual([]);
  });

  test("refuses what it cannot serve before it begins", async () => {
    const { seq } = await call(rest.broker, "journal.tail", {});
    const status = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await rest.request("GET", path, { headers });
      return [answer.status, reasonOf(answer)];
    };
    expect(await status(ALL, { authorization: "Bearer wrong" })).toEqual([401, "UNAUTHENTICATED"]);
    expect(await status(`${ALL}?filter=secret%3D1`)).toEqual([400, "INVALID_FILTER"]);
    expect(await status(`${ALL}?x=1`)).toEqual([400, "INVALID_ARGUMENT"]);
    expect(await status(ALL, { "last-event-id": String(seq + 1) })).toEqual([400, "INVALID_ARGUMENT"]);
    expect(await status(`${ALL}?lastEventId=abc`)).toEqual([400, "INVALID_ARGUMENT"]);
    const none = "/v1/gateways/none/twin:watch";
    expect(await status(none)).toEqual([404, "GATEWAY_NOT_FOUND"]);
    expect(await status(none, { "last-event-id": String(seq) })).toEqual([404, "GATEWAY_NOT_FOUND"]);
    for (const id of [`${seq}.x`, `${seq}.1.1`, `${seq}.`, ".1"])
      expect(await status(TWIN, { "last-event-id": id })).toEqual([400, "INVALID_ARGUMENT"]);
    expect((await rest.request("HEAD", ALL)).status).toBe(405);
  });

  test("a node serves so many watches and no more; who goes makes room", async () => {
    for (let index = 0; index < MAX_WATCHES; index++) await watch(ALL);
    const answer = await rest.request("GET", ALL);
    expect([answer.status, reasonOf(answer)]).toEqual([429, "TOO_MANY_WATCHES"]);
    sources.shift()?.close();
    await watch(ALL);
  });
});

describe("watching a twin", () => {
  test("begins with the twin, then each change once, also where the journal was behind", async () => {
    await take(update({ a: 1 }));
    const late = twins.take("gw-1", update({ a: 2 }), rest.time.now);
    const source = await watch(TWIN);
    await source.atLeast(1);
    const version = twins.states.get("gw-1")?.version;
    expect(source.messages).toMatchObject([
      { event: "twin", data: { version, desired: { state: { a: 2 } } } },
    ]);
    const again = await watch(TWIN, source.lastEventId);
    await deliver(late);
    await deliver(happened(1));
    await take(report({ a: 2 }));
    for (const each of [source, again]) {
      await waitFor("the change", () => each.messages.at(-1)?.event === "twin.reported.updated");
    }
    expect(source.messages).toHaveLength(2);
    expect(again.messages).toHaveLength(1);
    expect(again.messages[0]?.data).toMatchObject({
      data: { version: Number(version) + 1, patch: { a: 2 } },
    });
    const back = await watch(TWIN, source.messages[0]?.id);
    await back.atLeast(1);
    expect(back.messages).toEqual(again.messages);
  });

  test("tells that it was removed, and how the next one of its name begins", async () => {
    await take(update({ b: 1 }));
    const source = await watch(TWIN);
    await take({ name: "removeTwin", params: { by: "ann" } });
    await take(update({ c: 1 }));
    await source.atLeast(3);
    expect(source.messages.map(({ event }) => event)).toEqual([
      "twin",
      "twin.removed",
      "twin.desired.updated",
    ]);
    expect(source.messages[2]?.data).toMatchObject({ data: { version: 1 } });
  });
});

describe("the history over REST", () => {
  const path = "/v1/gateways/gw-2/twin/history";

  test("lists the changes, and gives the twin of then", async () => {
    await rest.request("POST", "/v1/gateways", { body: { gatewayId: "gw-2" } });
    await take(update({ a: 1 }, { reason: "why" }), "gw-2");
    await take(report({ a: 1 }), "gw-2");
    const { status, body } = await rest.request("GET", `${path}?pageSize=1`);
    expect([status, Object.keys(body)]).toEqual([200, ["history", "nextPageToken"]]);
    expect(body.history).toMatchObject([{ version: 2, section: "reported", patch: { a: 1 } }]);
    const then = await rest.request("GET", `${path}?at=1`);
    expect(then.body).toMatchObject({ gatewayId: "gw-2", version: 1, delta: { a: 1 }, inSync: false });
    const later = await rest.request("GET", `${path}?at=${encodeURIComponent("2999-01-01T00:00:00Z")}`);
    expect(later.body).toMatchObject({ version: 2, inSync: true });
  });

  test("has what the twin has, although the journal gets it later", async () => {
    const { body } = await rest.request("GET", "/v1/gateways/gw-2/twin");
    const version = Number(body.version) + 1;
    const late = twins.take("gw-2", update({ late: version }), rest.time.now);
    const asked = [rest.request("GET", `${path}?at=${version}`), rest.request("GET", `${path}?pageSize=1`)];
    setTimeout(() => void deliver(late), 50);
    const [then, list] = await Promise.all(asked);
    expect(then).toMatchObject({ status: 200, body: { version } });
    expect(list?.body.history).toMatchObject([{ version }]);
  });

  test("says what there is not", async () => {
    const reason = async (at: string) => reasonOf(await rest.request("GET", path.replace("gw-2", at)));
    expect(await reason("gw-9")).toBe("GATEWAY_NOT_FOUND");
    const future = await rest.request("GET", `${path}?at=99`);
    expect([future.status, reasonOf(future)]).toEqual([404, "VERSION_NOT_FOUND"]);
  });
});

describe("at the end", () => {
  test("an id from before what is kept is told so, at once or in the open stream", async () => {
    const first = (await call(rest.broker, "journal.tail", {})).seq;
    const slow = await watch(ALL);
    slow.pause();
    const text = "x".repeat(60_000);
    for (let index = 0; index < 200; index++) await deliver(happened(index, { text }));
    const settings = { ...RETENTION, maxEvents: 1 };
    while ((await trimOnce(new Sql(rest.sequelize), settings, rest.time.now)) > 0);
    const answer = await rest.request("GET", ALL, { headers: { "last-event-id": String(first) } });
    expect([answer.status, reasonOf(answer)]).toEqual([410, "NO_LONGER_KEPT"]);
    slow.resume();
    await waitFor("the end of the stream", () => slow.isEnded);
    expect(slow.messages.at(-1)).toMatchObject({ event: "error", data: { error: { code: 410 } } });
  });

  test("streams end when the server stops, and say when to come back", async () => {
    const source = await watch(ALL);
    const begin = performance.now();
    await rest.broker.destroyService(rest.broker.getLocalService("api"));
    expect(performance.now() - begin).toBeLessThan(2000);
    await waitFor("the end of the stream", () => source.isEnded);
    expect(source.text).toMatch(/retry: 2000\n\n$/);
  });
});
