import { expect, it } from "vitest";
import { InProcessBus } from "../../actors/runtime/in-process-bus.ts";
import { openDatabase } from "../../stores/database.ts";
import { SqlBusStore } from "../../stores/sql/bus-store.ts";
import { type BusOptions, eventBusConformance } from "../conformance/event-bus.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { committedRow, RecordingConsumer } from "../helpers/bus-consumer.ts";
import { waitFor } from "../helpers/wait-for.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function open() {
  const directory = await temporaryDirectory();
  const sequelize = await openDatabase(directory.path);
  const store = new SqlBusStore(sequelize);
  return {
    create: (options: BusOptions) => new InProcessBus({ store, log, clock: Date.now, ...options }),
    close: async () => {
      await sequelize.close();
      await directory.remove();
    },
  };
}

eventBusConformance("the process and SQLite", open);

it("keeps a row until all groups have handled it, and hands a copy to none that has", async () => {
  const opened = await open();
  const done = new RecordingConsumer("done");
  const stuck = new RecordingConsumer("stuck");
  const gate = Promise.withResolvers<void>();
  stuck.before = () => gate.promise;
  const bus = opened.create({ isTransient: () => true });
  bus.subscribe(done);
  bus.subscribe(stuck);
  await bus.start();
  let isKept = true;
  const published = bus.publish(committedRow(0, 1)).then(() => {
    isKept = false;
  });
  await waitFor("one group", () => done.rows.length === 1 && stuck.calls === 1);
  expect(isKept).toBe(true);
  // The partition was lost and claimed again: its rows are published once more.
  void bus.publish(committedRow(0, 1));
  gate.resolve();
  await published;
  await bus.publish(committedRow(0, 2));
  expect([done.positions(), stuck.positions()]).toEqual([
    [1, 2],
    [1, 2],
  ]);
  await bus.stop();
  await opened.close();
});
