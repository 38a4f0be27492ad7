import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HandoutOptions } from "../../actors/runtime/handout.ts";
import type { CommitRow, EventBus } from "../../actors/runtime/ports.ts";
import { changeOf, committedRow, RecordingConsumer } from "../helpers/bus-consumer.ts";
import { waitFor } from "../helpers/wait-for.ts";

export type BusOptions = Pick<HandoutOptions, "isTransient" | "maxDeliveries">;

type OpenedBus = {
  /** A bus on the same storage: creating another one is a restart. */
  readonly create: (options: BusOptions) => EventBus;
  readonly close: () => Promise<void>;
};

class Away extends Error {}

const OPTIONS: BusOptions = { isTransient: (error) => error instanceof Away, maxDeliveries: 3 };

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** What every driver of the event bus must do. */
export function eventBusConformance(driver: string, open: () => Promise<OpenedBus>): void {
  describe(`event bus on ${driver}`, () => {
    let opened: OpenedBus;
    let buses: EventBus[];
    /** Rows whose `publish` is pending: what a host publishes again after its restart. */
    let kept: Set<CommitRow>;

    beforeEach(async () => {
      opened = await open();
      buses = [];
      kept = new Set();
    });
    afterEach(async () => {
      await Promise.all(buses.map((bus) => bus.stop()));
      await opened.close();
    });

    async function start(...consumers: RecordingConsumer[]): Promise<EventBus> {
      const bus = opened.create(OPTIONS);
      buses.push(bus);
      for (const consumer of consumers) bus.subscribe(consumer);
      await bus.start();
      return bus;
    }

    function publish(bus: EventBus, ...rows: CommitRow[]): void {
      for (const row of rows) publishOne(bus, row);
    }

    function publishOne(bus: EventBus, row: CommitRow, isRoutine = false): void {
      kept.add(row);
      void bus.publish(row, isRoutine).then(() => kept.delete(row));
    }

    const publishAt = (bus: EventBus, positions: readonly number[], partition = 0) =>
      publish(bus, ...positions.map((pos) => committedRow(partition, pos)));

    const publishRoutine = (bus: EventBus, positions: readonly number[], partition = 0) => {
      for (const pos of positions) publishOne(bus, committedRow(partition, pos), true);
    };

    const handled = (consumer: RecordingConsumer, count: number) =>
      waitFor(`${count} rows in ${consumer.group}`, () => consumer.rows.length >= count);

    const published = () => waitFor("all rows to be published", () => kept.size === 0);

    it("gives every group every row, in order per partition, and numbers deliveries alike", async () => {
      const one = new RecordingConsumer("one");
      const two = new RecordingConsumer("two");
      const bus = await start(one, two);
      for (const pos of upTo(600)) publish(bus, committedRow(0, pos), committedRow(1, pos));
      await Promise.all([handled(one, 1200), handled(two, 1200), published()]);
      for (const consumer of [one, two]) {
        expect(consumer.positions(0)).toEqual(upTo(600));
        expect(consumer.positions(1)).toEqual(upTo(600));
        expect(consumer.rows[0]).toEqual({ ...committedRow(0, 1), first: 0 });
      }
      expect(one.sequences).toEqual(two.sequences);
      expect(one.sequences).toEqual([...new Set(one.sequences)].sort((a, b) => a - b));
    });

    it("hands a group one delivery at a time; a slow group does not hold up the others", async () => {
      const slow = new RecordingConsumer("slow");
      const fast = new RecordingConsumer("fast");
      const gate = Promise.withResolvers<void>();
      slow.before = () => gate.promise;
      const bus = await start(slow, fast);
      publishAt(bus, upTo(1100));
      await handled(fast, 1100);
      expect([slow.calls, slow.rows.length]).toEqual([1, 0]);
      gate.resolve();
      await handled(slow, 1100);
      expect([slow.mostAtOnce, fast.mostAtOnce]).toEqual([1, 1]);
    });

    it("hands a failed delivery out again, with its number, before the next one", async () => {
      const consumer = new RecordingConsumer("failing");
      const tried: number[] = [];
      consumer.before = ({ sequence }) => {
        tried.push(sequence);
        if (tried.length < 3) throw new Error("not yet");
      };
      const bus = await start(consumer);
      publishAt(bus, [1]);
      await waitFor("the first try", () => tried.length > 0);
      publishAt(bus, [2]);
      await handled(consumer, 2);
      expect(consumer.positions()).toEqual([1, 2]);
      expect(new Set(tried.slice(0, 3)).size).toBe(1);
      expect(await bus.undelivered(10)).toEqual([]);
    });

    it("tries for ever while the world is to blame", async () => {
      const consumer = new RecordingConsumer("patient");
      consumer.before = () => {
        if (consumer.calls < 5) throw new Away("the store is away");
      };
      const bus = await start(consumer);
      publishAt(bus, [1]);
      await handled(consumer, 1);
      expect(consumer.calls).toBe(5);
      expect(await bus.undelivered(10)).toEqual([]);
    });

    it("puts only the row aside that a group can not handle, and hands it out again when asked", async () => {
      const consumer = new RecordingConsumer("squeamish");
      const other = new RecordingConsumer("other");
      consumer.before = ({ rows }) => {
        if (rows.some(({ pos }) => pos === 4)) throw new Error("four is poison");
      };
      const bus = await start(consumer, other);
      publishAt(bus, upTo(6));
      await handled(consumer, 5);
      await published();
      expect(consumer.positions()).toEqual([1, 2, 3, 5, 6]);
      const [letter, ...others] = await bus.undelivered(10);
      expect(others).toEqual([]);
      expect(letter).toMatchObject({ group: "squeamish", row: { ...committedRow(0, 4), first: 0 } });
      expect(letter?.error).toContain("four is poison");
      expect(letter?.deliveries).toBeGreaterThanOrEqual(3);

      consumer.before = () => undefined;
      expect(await bus.redrive("no such id")).toBe(false);
      expect(await bus.redrive(letter?.id ?? "")).toBe(true);
      await handled(consumer, 6);
      expect(consumer.positions()).toEqual([1, 2, 3, 5, 6, 4]);
      await waitFor("the letter to be gone", async () => (await bus.undelivered(10)).length === 0);
      expect(other.positions()).toEqual(upTo(6));
    });

    it("keeps a row that fails again when it is handed out again, and lists the oldest first", async () => {
      const consumer = new RecordingConsumer("sick");
      consumer.before = ({ rows }) => {
        if (rows.some(({ pos }) => pos < 3)) throw new Error("can not bear it");
      };
      const bus = await start(consumer);
      publishAt(bus, upTo(3));
      await handled(consumer, 1);
      const letters = await bus.undelivered(10);
      expect(letters.map(({ row }) => row.pos)).toEqual([1, 2]);
      expect(await bus.undelivered(1)).toEqual(letters.slice(0, 1));
      const { calls } = consumer;
      await bus.redrive(letters[0]?.id ?? "");
      await waitFor("three more tries", () => consumer.calls >= calls + 3);
      publishAt(bus, [4]);
      await handled(consumer, 2);
      expect((await bus.undelivered(10)).map(({ row }) => row.pos).sort()).toEqual([1, 2]);
    });

    it("goes on after a restart where each group was", async () => {
      const before = new RecordingConsumer("behind");
      before.before = ({ rows }) => {
        if (rows.some(({ pos }) => pos > 2)) throw new Away("from here on it fails");
      };
      const ahead = new RecordingConsumer("ahead");
      const first = await start(before, ahead);
      publishAt(first, upTo(2));
      await handled(before, 2);
      await handled(ahead, 2);
      publishAt(first, upTo(5, 3));
      await waitFor("the failure", () => before.calls > 1);
      await handled(ahead, 5);
      await first.stop();

      const after = new RecordingConsumer("behind");
      const aheadAgain = new RecordingConsumer("ahead");
      const second = await start(after, aheadAgain);
      publish(second, ...kept);
      publishAt(second, [6]);
      await handled(after, 4);
      await handled(aheadAgain, 1);
      expect(after.positions()).toEqual([3, 4, 5, 6]);
      expect(aheadAgain.positions()).toEqual([6]);
      expect(after.sequences.at(-1)).toBe(aheadAgain.sequences.at(-1));
      expect(aheadAgain.sequences[0]).toBeGreaterThan(Math.max(...ahead.sequences));
    });

    it("begins a new group with what is published from then on", async () => {
      const old = new RecordingConsumer("old");
      const first = await start(old);
      publishAt(first, upTo(3));
      await handled(old, 3);
      await published();
      await first.stop();
      const fresh = new RecordingConsumer("fresh");
      const second = await start(new RecordingConsumer("old"), fresh);
      publishAt(second, [4]);
      await handled(fresh, 1);
      expect(fresh.positions()).toEqual([4]);
    });

    it("gives routine rows to those groups alone that want them, in order with the others", async () => {
      const all = new RecordingConsumer("all");
      const few = new RecordingConsumer("few", { skipsRoutine: true });
      const bus = await start(all, few);
      const notable = [100, 200, 300, 400, 500, 600];
      for (const pos of upTo(600)) {
        publishOne(bus, committedRow(0, pos), !notable.includes(pos));
        publishOne(bus, committedRow(1, pos), true);
      }
      await Promise.all([handled(all, 1200), published()]);
      publishAt(bus, [601], 1);
      await waitFor("the last row", () => few.positions(1).includes(601));
      expect(all.positions(0)).toEqual(upTo(600));
      expect(all.positions(1).slice(0, 600)).toEqual(upTo(600));
      expect(few.positions(0).filter((pos) => notable.includes(pos))).toEqual(notable);
      expect(few.positions(0)).toEqual(few.positions(0).toSorted((a, b) => a - b));
      expect(few.positions(1)).toEqual([601]);
    });

    it("keeps the order of a group that skips over failures, restarts and what was put aside", async () => {
      const before = new RecordingConsumer("few", { skipsRoutine: true });
      before.before = ({ rows }) => {
        if (rows.some(({ pos }) => pos === 4)) throw new Error("four is poison");
        if (rows.some(({ pos }) => pos === 6)) throw new Away("from here on it fails");
      };
      const first = await start(before);
      for (const pos of [1, 2, 3, 4, 5]) {
        publishOne(first, committedRow(0, pos), pos % 2 === 1);
        await published();
      }
      await handled(before, 1);
      await waitFor("the letter", async () => (await first.undelivered(10)).length === 1);
      publishAt(first, [6]);
      await waitFor("the failure", () => before.calls > 5);
      publishRoutine(first, [7]);
      await first.stop();

      const after = new RecordingConsumer("few", { skipsRoutine: true });
      const second = await start(after);
      for (const row of kept) publishOne(second, row, row.pos % 2 === 1);
      publishAt(second, [8]);
      await waitFor("the last row", () => after.positions().includes(8));
      expect([before.positions(), after.positions().filter((pos) => pos % 2 === 0)]).toEqual([[2], [6, 8]]);
      const { length } = after.rows;
      const [letter] = await second.undelivered(10);
      expect(await second.redrive(letter?.id ?? "")).toBe(true);
      await handled(after, length + 1);
      expect(after.positions().at(-1)).toBe(4);
    });

    it("brings a large row whole, in parts that say where they begin", async () => {
      const consumer = new RecordingConsumer("reader");
      const bus = await start(consumer);
      const changes = upTo(12).map((n) => changeOf(`big-${n}`, 60_000));
      publish(bus, committedRow(0, 1), { ...committedRow(0, 2), changes }, committedRow(0, 3));
      await waitFor("the row behind it", () => consumer.positions().includes(3));
      const parts = consumer.rows.filter(({ pos }) => pos === 2);
      expect(parts.flatMap((part) => part.changes)).toEqual(changes);
      for (const [index, part] of parts.entries())
        expect(part.first).toBe(parts.slice(0, index).flatMap((earlier) => earlier.changes).length);
      await published();
    });

    it("stops when the running handler has ended, and hands out nothing after that", async () => {
      const consumer = new RecordingConsumer("working");
      const gate = Promise.withResolvers<void>();
      consumer.before = () => gate.promise;
      const bus = await start(consumer);
      publishAt(bus, [1]);
      await waitFor("the handler", () => consumer.calls === 1);
      publishAt(bus, [2]);
      const order: string[] = [];
      const stopped = bus.stop().then(() => order.push("stopped"));
      void gate.promise.then(() => order.push("handled"));
      gate.resolve();
      await stopped;
      expect(order).toEqual(["handled", "stopped"]);
      expect(consumer.positions()).toEqual([1]);

      const again = new RecordingConsumer("working");
      publish(await start(again), ...kept);
      await handled(again, 1);
      expect(again.positions()).toEqual([2]);
    });
  });
}
