import { fork } from "node:child_process";
import type { NatsConnection } from "nats";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endsWithUs } from "../../scripts/servers/guard.ts";
import { connectNats } from "../../stores/nats/connection.ts";
import { JetStreamBus, type JetStreamBusOptions } from "../../stores/nats/jetstream-bus.ts";
import { type BusOptions, eventBusConformance } from "../conformance/event-bus.ts";
import { committedRow, RecordingConsumer } from "../helpers/bus-consumer.ts";
import { freshNamespace, sharedServers, startNats } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const MAX_BYTES = 64 * 1024 ** 2;
const CHILD = new URL("../helpers/bus-child.ts", import.meta.url);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

async function open(url = sharedServers().natsUrl) {
  const namespace = freshNamespace();
  const connection = await connectNats(url, { name: namespace, log });
  return {
    namespace,
    connection,
    create: (options: Partial<JetStreamBusOptions> & BusOptions) =>
      new JetStreamBus({ connection, namespace, maxBytes: MAX_BYTES, log, clock: Date.now, ...options }),
    close: async () => {
      const { streams } = await connection.jetstreamManager();
      for (const name of ["events", "dead-letters"]) await streams.delete(`${namespace}-${name}`);
      await connection.close();
    },
  };
}

eventBusConformance("JetStream", open);

describe("JetStream alone", () => {
  let opened: Awaited<ReturnType<typeof open>>;
  let buses: JetStreamBus[];

  beforeEach(async () => {
    opened = await open();
    buses = [];
  });
  afterEach(async () => {
    await Promise.all(buses.map((bus) => bus.stop()));
    await opened.close();
  });

  async function start(consumer: RecordingConsumer, options: Partial<JetStreamBusOptions> = {}) {
    const bus = opened.create({ isTransient: () => true, ...options });
    buses.push(bus);
    bus.subscribe(consumer);
    await bus.start();
    return bus;
  }

  it("stores a repeated publish once", async () => {
    const consumer = new RecordingConsumer("reader");
    const bus = await start(consumer);
    for (const pos of [1, 1, 2]) await bus.publish(committedRow(0, pos));
    await waitFor("the last row", () => consumer.positions().includes(2));
    expect(consumer.positions()).toEqual([1, 2]);
  });

  it("hands a new group that wants it all that was kept", async () => {
    const first = await start(new RecordingConsumer("old"));
    await first.publish(committedRow(0, 1));
    const consumer = new RecordingConsumer("new", { fromOldest: true });
    await start(consumer);
    await waitFor("the row of before", () => consumer.positions().includes(1));
  });

  it("keeps a delivery with an instance that works on it for long", async () => {
    const [one, two] = [new RecordingConsumer("workers"), new RecordingConsumer("workers")];
    const gate = Promise.withResolvers<void>();
    one.before = () => gate.promise;
    two.before = () => gate.promise;
    const bus = await start(one, { ackWaitMs: 500 });
    await start(two, { ackWaitMs: 500 });
    await bus.publish(committedRow(0, 1));
    await bus.publish(committedRow(0, 2));
    const { consumers } = await opened.connection.jetstreamManager();
    const info = () => consumers.info(`${opened.namespace}-events`, "workers");
    await waitFor("the handler", () => one.calls + two.calls > 0);
    const until = Date.now() + 1500;
    await waitFor("three times the ack wait", async () => (await info()) && Date.now() > until);
    expect(one.calls + two.calls).toBe(1);
    expect((await info()).num_redelivered).toBe(0);
    gate.resolve();
    await waitFor("both rows", () => one.rows.length + two.rows.length === 2);
  });

  it("gives the delivery of an instance that was killed before its acknowledgement to another", async () => {
    const url = sharedServers().natsUrl;
    const child = fork(CHILD, [url, opened.namespace, "workers", "1000"], { execArgv: [] });
    const exited = endsWithUs(child);
    try {
      const told: unknown[] = [];
      child.on("message", (message) => told.push(message));
      await waitFor("the child", () => told.includes("started"));
      const survivor = new RecordingConsumer("workers");
      const bus = opened.create({ isTransient: () => true, ackWaitMs: 1000 });
      buses.push(bus);
      await bus.start();
      await bus.publish(committedRow(0, 1));
      await waitFor("the child's work", () => told.length === 2);
      const second = await start(survivor, { ackWaitMs: 1000 });
      await second.publish(committedRow(0, 2));
      child.kill("SIGKILL");
      await exited;
      expect(survivor.calls).toBe(0);
      await waitFor("the survivor", () => survivor.rows.length === 2);
      expect(survivor.positions()).toEqual([1, 2]);
      expect(told[1]).toEqual({ sequence: survivor.sequences[0], positions: [1] });
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("refuses rows when it is full of unread ones, says so, and takes them when they were read", async () => {
    const consumer = new RecordingConsumer("slow");
    const gate = Promise.withResolvers<void>();
    consumer.before = () => gate.promise;
    const told: object[] = [];
    const bus = await start(consumer, {
      maxBytes: 300_000,
      log: { ...log, error: (_message, fields = {}) => told.push(fields) },
    });
    let stored = 0;
    for (const pos of upTo(40)) void bus.publish(committedRow(0, pos, 20_000)).then(() => (stored += 1));
    await waitFor("the alert", () => told.find((fields) => "consumer.group" in fields));
    expect(told).toContainEqual({ "consumer.group": ["slow"] });
    expect(stored).toBeLessThan(40);
    gate.resolve();
    await waitFor("all rows", () => consumer.rows.length === 40 && stored === 40);
    expect(consumer.positions()).toEqual(upTo(40));
  });

  it("makes room though a group that skips routine rows has nothing to handle", async () => {
    const all = new RecordingConsumer("all");
    const few = new RecordingConsumer("few", { skipsRoutine: true });
    const bus = await start(all, { maxBytes: 300_000 });
    await start(few, { maxBytes: 300_000 });
    await bus.publish(committedRow(0, 1));
    for (const pos of upTo(40).slice(1)) {
      await bus.publish(committedRow(0, pos, 20_000), true);
      await waitFor("the row", () => all.positions().includes(pos));
    }
    expect(few.positions()).toEqual([1]);
  });

  it("keeps what a group that skips routine rows has not handled, and lets it begin to skip later", async () => {
    const before = new RecordingConsumer("few");
    const first = await start(before);
    await first.publish(committedRow(0, 1), true);
    await waitFor("the row of before", () => before.rows.length === 1);
    await first.stop();

    const few = new RecordingConsumer("few", { skipsRoutine: true });
    const gate = Promise.withResolvers<void>();
    few.before = () => gate.promise;
    const told: object[] = [];
    const bus = await start(few, {
      maxBytes: 300_000,
      log: { ...log, error: (_message, fields = {}) => told.push(fields) },
    });
    await bus.publish(committedRow(0, 2));
    for (const pos of upTo(40).slice(2)) void bus.publish(committedRow(0, pos, 20_000), true);
    await waitFor("the alert", () => told.find((fields) => "consumer.group" in fields));
    expect(told).toContainEqual({ "consumer.group": ["few"] });
    gate.resolve();
    await bus.publish(committedRow(1, 41));
    await waitFor("the last row", () => few.positions(1).includes(41));
    expect(few.positions()).toEqual([2]);
  });

  it("makes a consumer anew that was deleted on the server", async () => {
    const consumer = new RecordingConsumer("reader");
    const bus = await start(consumer);
    await bus.publish(committedRow(0, 1));
    await waitFor("the first row", () => consumer.rows.length === 1);
    const { consumers } = await opened.connection.jetstreamManager();
    await consumers.delete(`${opened.namespace}-events`, "reader");
    const info = () => consumers.info(`${opened.namespace}-events`, "reader").catch(() => undefined);
    await waitFor("the consumer", info);
    await bus.publish(committedRow(0, 2));
    await waitFor("the second row", () => consumer.positions().includes(2));
  });
});

it("loses nothing when the server is killed while rows are published", async () => {
  const server = await startNats();
  let connection: NatsConnection | undefined;
  let bus: JetStreamBus | undefined;
  try {
    const opened = await open(server.url);
    connection = opened.connection;
    const consumer = new RecordingConsumer("reader");
    bus = opened.create({ isTransient: () => true, ackWaitMs: 1000 });
    bus.subscribe(consumer);
    await bus.start();
    let stored = 0;
    const publish = (from: number) => {
      for (const pos of upTo(1000))
        for (const partition of [0, 1])
          void bus?.publish(committedRow(partition, from + pos, 300)).then(() => (stored += 1));
    };
    for (const round of [0, 1, 2]) {
      const before = consumer.rows.length;
      publish(round * 1000);
      await waitFor("the load", () => consumer.rows.length > before + 500);
      await server.kill("SIGKILL");
      await server.start();
    }
    await waitFor("all to be stored", () => stored === 6000, 20_000);
    const seen = (partition: number) => [...new Set(consumer.positions(partition))];
    await waitFor("all rows", () => seen(0).length + seen(1).length === 6000, 20_000);
    expect([seen(0), seen(1)]).toEqual([upTo(3000), upTo(3000)]);
  } finally {
    await bus?.stop();
    await connection?.close();
    await server.stop();
  }
}, 60_000);
