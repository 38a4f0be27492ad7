import { ServiceBroker } from "moleculer";
import type { Sequelize } from "sequelize";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { type Outcome, rejected } from "../../actors/runtime/actor.ts";
import { InProcessBus } from "../../actors/runtime/in-process-bus.ts";
import type { CommitRow } from "../../actors/runtime/ports.ts";
import { call } from "../../mixins/bridge.ts";
import { deadLettersService } from "../../services/job/dead-letters.service.ts";
import { openDatabase } from "../../stores/database.ts";
import { SqlBusStore } from "../../stores/sql/bus-store.ts";
import { isTransientSqlError } from "../../stores/sql/transient.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { committedRow, RecordingConsumer } from "../helpers/bus-consumer.ts";
import { waitFor } from "../helpers/wait-for.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let sequelize: Sequelize;
let bus: InProcessBus;
let broker: ServiceBroker;
let redelivered: unknown[];
let counted: number;
let outcome: Outcome<unknown>;
const consumer = new RecordingConsumer("other");

beforeEach(async () => {
  directory = await temporaryDirectory();
  sequelize = await openDatabase(directory.path);
  const store = new SqlBusStore(sequelize);
  bus = new InProcessBus({
    store,
    log,
    clock: () => 5000,
    isTransient: isTransientSqlError,
    maxDeliveries: 1,
  });
  broker = new ServiceBroker({ logger: false });
  redelivered = [];
  counted = 0;
  outcome = { ok: true, reply: undefined };
  bus.subscribe(consumer);
  broker.createService(
    deadLettersService({
      bus,
      sequelize,
      counters: { count: () => (counted += 1), gauge: () => undefined },
      redeliver: async (...message) => {
        redelivered.push(message);
        return outcome;
      },
    }),
  );
  await bus.start();
  await broker.start();
});
afterEach(async () => {
  await broker.stop();
  await bus.stop();
  await sequelize.close();
  await directory.remove();
});

const poisoned = (pos: number): CommitRow => ({
  ...committedRow(3, pos),
  changes: [
    { actorId: "a", time: 1000 + pos, events: [] },
    { actorId: "b", time: 1000 + pos, deadLetter: { command: { name: "poison" }, error: "it hurts" } },
  ],
});
const list = async (params = {}) => (await call(broker, "dead-letters.list", params)).deadLetters;

it("keeps a failed message, and forgets it when its actor bears it after all", async () => {
  await bus.publish(poisoned(7));
  expect(await list()).toEqual([
    {
      id: "counter/3/7/1",
      kind: "MESSAGE",
      type: "counter",
      receiver: "b",
      time: 1007,
      error: "it hurts",
      content: '{"name":"poison"}',
    },
  ]);
  expect(counted).toBe(1);
  expect(await list({ type: "another" })).toEqual([]);

  outcome = rejected(new DomainError("INTERNAL").toValue());
  const refused = await call(broker, "dead-letters.redrive", { id: "counter/3/7/1" });
  expect(refused).toMatchObject({ state: "REFUSED" });
  expect(await list()).toHaveLength(1);

  outcome = { ok: true, reply: 1 };
  expect(await call(broker, "dead-letters.redrive", { id: "counter/3/7/1" })).toEqual({ state: "DONE" });
  expect(redelivered.at(-1)).toEqual(["counter", "b", { name: "poison" }]);
  expect(await list()).toEqual([]);
  const unknown = await call(broker, "dead-letters.redrive", { id: "counter/3/7/1" });
  expect(unknown).toEqual({ state: "NOT_FOUND" });
});

it("lists and redrives what a consumer group could not handle", async () => {
  consumer.before = () => {
    throw new Error("not today");
  };
  await bus.publish(committedRow(0, 1));
  const [letter] = await list();
  expect(letter).toMatchObject({ kind: "ROW", type: "counter", receiver: "other", time: 5000 });
  consumer.before = () => undefined;
  const handedOver = await call(broker, "dead-letters.redrive", { id: letter?.id ?? "" });
  expect(handedOver).toEqual({ state: "HANDED_OVER" });
  await waitFor("the letter to be gone", async () => (await list()).length === 0);
  expect(consumer.positions()).toEqual([1]);
});
