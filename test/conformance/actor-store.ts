import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type {
  ActorStore,
  ClaimedPartition,
  CommitRow,
  PartitionRef,
  Snapshot,
} from "../../actors/runtime/ports.ts";

type OpenedStore = {
  readonly store: ActorStore;
  /** Forgets everything. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const TYPE = "counter";

function row(ref: PartitionRef, pos: number, by = pos): CommitRow {
  const changes = [{ actorId: "a", time: 1000 + pos, events: [{ type: "added", by }] }];
  return { type: ref.type, partition: ref.partition, epoch: ref.epoch, pos, changes };
}

function snapshot(
  ref: PartitionRef,
  pos: number,
  document: string | null,
  { actorId = "a", dueTime = null }: { actorId?: string; dueTime?: number | null } = {},
): Snapshot {
  return { type: ref.type, partition: ref.partition, epoch: ref.epoch, actorId, pos, document, dueTime };
}

/** What every driver of the store of record must do. */
export function actorStoreConformance(driver: string, open: () => Promise<OpenedStore>): void {
  describe(`store of record on ${driver}`, () => {
    let opened: OpenedStore;
    let store: ActorStore;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    beforeEach(async () => {
      await opened.clear();
      await store.createPartitions(TYPE, 4);
    });
    afterAll(() => opened.close());

    const claim = async (owner: string) => store.claim(await store.partitions(), owner);

    const claimTwo = async (owner: string): Promise<[ClaimedPartition, ClaimedPartition]> => {
      const [p0, p1] = await claim(owner);
      if (!p0 || !p1) throw new Error("fewer than two partitions were claimed");
      return [p0, p1];
    };
    const claimFirst = async (owner: string) => (await claimTwo(owner))[0];

    describe("partitions", () => {
      it("are created once, and another number of them is refused", async () => {
        await store.createPartitions(TYPE, 4);
        await expect(store.createPartitions(TYPE, 8)).rejects.toThrow("4 partitions of 'counter', not 8");
        expect(await store.partitions()).toHaveLength(4);
      });

      it("are created by many nodes at the same time", async () => {
        await Promise.all(Array.from({ length: 4 }, () => store.createPartitions("other", 16)));
        const numbers = (await store.partitions()).filter(({ type }) => type === "other");
        expect(numbers.map(({ partition }) => partition)).toEqual(Array.from({ length: 16 }, (_, n) => n));
      });

      it("are listed by type and number, with epoch and owner", async () => {
        await store.createPartitions("a-type", 1);
        const [p0] = await store.partitions().then((all) => all.filter(({ type }) => type === TYPE));
        if (p0) await store.claim([p0], "n1");
        expect(await store.partitions()).toEqual([
          { type: "a-type", partition: 0, epoch: 0, owner: null },
          { type: TYPE, partition: 0, epoch: 1, owner: "n1" },
          ...[1, 2, 3].map((partition) => ({ type: TYPE, partition, epoch: 0, owner: null })),
        ]);
      });
    });

    describe("claim", () => {
      it("raises the epoch, and takes only what is still at the epoch seen", async () => {
        const seen = await store.partitions();
        const [p0] = seen;
        if (!p0) throw new Error("no partition");
        expect((await store.claim([p0], "n1")).map(({ epoch }) => epoch)).toEqual([1]);
        expect((await store.claim(seen, "n2")).map(({ partition }) => partition)).toEqual([1, 2, 3]);
        const owners = (await store.partitions()).map(({ owner }) => owner);
        expect(owners).toEqual(["n1", "n2", "n2", "n2"]);
      });

      it("may be repeated when nobody knows whether it got through", async () => {
        const seen = await store.partitions();
        const first = await store.claim(seen, "n1");
        expect(await store.claim(seen, "n1")).toEqual(first);
      });

      it("gives each partition to one of many nodes that ask for it", async () => {
        const seen = await store.partitions();
        const names = Array.from({ length: 8 }, (_, index) => `n${index}`);
        const taken = await Promise.all(names.map((owner) => store.claim(seen, owner)));
        expect(
          taken
            .flat()
            .map(({ partition }) => partition)
            .toSorted(),
        ).toEqual([0, 1, 2, 3]);
        expect(new Set(taken.flat().map(({ epoch }) => epoch))).toEqual(new Set([1]));
      });

      it("tells owners apart by case", async () => {
        const seen = await store.partitions();
        await store.claim(seen, "n1");
        expect(await store.claim(seen, "N1")).toEqual([]);
      });

      it("finds the rows above the lower of the two positions, in order, and where both are", async () => {
        const [p0, p1] = await claimTwo("n1");
        for (let pos = 1; pos <= 4; pos += 1) await store.commit([row(p0, pos)]);
        await store.commit([row(p1, 1)]);
        await store.advance([{ ...p0, snapshotPos: 3, publishedPos: 2 }]);
        const [q0, q1] = await claimTwo("n2");
        expect(q0).toEqual({
          ...p0,
          epoch: 2,
          snapshotPos: 3,
          publishedPos: 2,
          rows: [row(p0, 3), row(p0, 4)],
        });
        expect(q1).toEqual({ ...p1, epoch: 2, rows: [row(p1, 1)] });
      });

      it("finds the timers of stored documents", async () => {
        const first = await claimFirst("n1");
        await store.saveSnapshots([snapshot(first, 1, "{}", { dueTime: 5000 })]);
        const next = await claimFirst("n2");
        expect(next.dueTimers).toEqual([{ actorId: "a", dueTime: 5000 }]);
        await store.saveSnapshots([snapshot(next, 2, "{}")]);
        expect((await claimFirst("n3")).dueTimers).toEqual([]);
      });

      it("of nothing is nothing", async () => {
        expect(await store.claim([], "n1")).toEqual([]);
      });
    });

    it("releases partitions at their epoch only, which keeps the fence", async () => {
      const [p0, p1] = await claimTwo("n1");
      await store.release([p0, { ...p1, epoch: p1.epoch - 1 }]);
      expect((await store.partitions()).slice(0, 2)).toMatchObject([
        { epoch: 1, owner: null },
        { epoch: 1, owner: "n1" },
      ]);
      await store.release([]);
    });

    describe("commit", () => {
      it("writes rows of many partitions at once", async () => {
        const [p0, p1] = await claimTwo("n1");
        expect(await store.commit([row(p0, 1), row(p1, 1)])).toEqual([]);
        expect(await store.commit([row(p0, 2)])).toEqual([]);
        const [q0, q1] = await claimTwo("n2");
        expect([q0.rows, q1.rows]).toEqual([[row(p0, 1), row(p0, 2)], [row(p1, 1)]]);
      });

      it("keeps every character of what is committed", async () => {
        const first = await claimFirst("n1");
        const text = "\u0000 ' \" \\ $1 ? :name % \r\n\t \u001a \u2028 é 漢 😀";
        const events = [{ [text]: text }];
        const odd = { ...row(first, 1), changes: [{ actorId: "a", time: 1, events }] };
        expect(await store.commit([odd])).toEqual([]);
        expect((await claimFirst("n2")).rows).toEqual([odd]);
      });

      it("writes nothing of a stale epoch, and the rest of the statement", async () => {
        const [p0, p1] = await claimTwo("n1");
        const refused = row({ ...p0, epoch: p0.epoch - 1 }, 1);
        expect(await store.commit([refused, row(p1, 1)])).toEqual([refused]);
        const [q0, q1] = await claimTwo("n2");
        expect([q0.rows.length, q1.rows.length]).toEqual([0, 1]);
      });

      it("counts a repeated row as written, and one that another owner's stands in for as refused", async () => {
        const old = await claimFirst("n1");
        await store.commit([row(old, 1)]);
        expect(await store.commit([row(old, 1)])).toEqual([]);
        const fresh = await claimFirst("n2");
        await store.commit([row(fresh, 2)]);
        const late = row(old, 2, 99);
        expect(await store.commit([late])).toEqual([late]);
        expect((await claimFirst("n3")).rows).toEqual([row(old, 1), row(fresh, 2)]);
      });

      it("refuses a row in whose place another one of the same epoch is, and acknowledges the rest", async () => {
        const [p0, p1] = await claimTwo("n1");
        await store.commit([row(p0, 1)]);
        const doubled = row(p0, 1, 99);
        expect(await store.commit([doubled, row(p1, 1)])).toEqual([doubled]);
        const [q0, q1] = await claimTwo("n2");
        expect([q0.rows, q1.rows]).toEqual([[row(p0, 1)], [row(p1, 1)]]);
      });

      it("repeats only what is missing when an earlier try had got through in part", async () => {
        const [p0, p1] = await claimTwo("n1");
        await store.commit([row(p0, 1)]);
        expect(await store.commit([row(p0, 1), row(p1, 1)])).toEqual([]);
        expect((await claimTwo("n2"))[1].rows).toEqual([row(p1, 1)]);
      });

      it("takes more than one statement may hold", async () => {
        const claimed = await claim("n1");
        const events = ["\"'".repeat(1_500_000)];
        const rows = claimed.map((ref) => ({ ...row(ref, 1), changes: [{ actorId: "a", time: 1, events }] }));
        const refused = rows.slice(3).map((stale) => ({ ...stale, epoch: 0 }));
        expect(await store.commit([...rows.slice(0, 3), ...refused])).toEqual(refused);
        const lengths = (await claim("n2")).map((partition) => partition.rows.length);
        expect(lengths).toEqual([1, 1, 1, 0]);
      });
    });

    describe("snapshots", () => {
      it("are kept, replaced and removed, all fenced", async () => {
        const first = await claimFirst("n1");
        await store.saveSnapshots([snapshot(first, 1, "one")]);
        await store.saveSnapshots([snapshot(first, 2, "two")]);
        const stale = { ...first, epoch: first.epoch - 1 };
        await store.saveSnapshots([snapshot(stale, 9, "stale")]);
        await store.saveSnapshots([snapshot(stale, 9, null)]);
        expect(await store.load(TYPE, ["a", "unknown"])).toEqual([{ actorId: "a", pos: 2, document: "two" }]);
        await store.saveSnapshots([snapshot(first, 3, null)]);
        expect(await store.load(TYPE, ["a"])).toEqual([]);
      });

      it("of a stale partition leave the others' in the same call alone", async () => {
        const [p0, p1] = await claimTwo("n1");
        const stale = { ...p0, epoch: 0 };
        const snapshots = (document: string | null) => [
          snapshot(stale, 1, document, { actorId: "x" }),
          snapshot(p1, 1, document, { actorId: "y" }),
        ];
        await store.saveSnapshots(snapshots("{}"));
        expect(await store.load(TYPE, ["x", "y"])).toEqual([{ actorId: "y", pos: 1, document: "{}" }]);
        await store.saveSnapshots([snapshot(p0, 1, "{}", { actorId: "x" })]);
        await store.saveSnapshots(snapshots(null));
        expect(await store.load(TYPE, ["x", "y"])).toEqual([{ actorId: "x", pos: 1, document: "{}" }]);
      });

      it("tell actors apart by case", async () => {
        const first = await claimFirst("n1");
        await store.saveSnapshots([snapshot(first, 1, "small"), snapshot(first, 1, "big", { actorId: "A" })]);
        expect(await store.load(TYPE, ["A"])).toEqual([{ actorId: "A", pos: 1, document: "big" }]);
      });

      it("may be more than one statement can hold", async () => {
        const first = await claimFirst("n1");
        const ids = ["a", "b", "c", "d"];
        const document = "\"'".repeat(1_500_000);
        await store.saveSnapshots(ids.map((actorId) => snapshot(first, 1, document, { actorId })));
        expect(await store.load(TYPE, ids)).toHaveLength(4);
      });
    });

    it("forgets rows only when they are both snapshotted and published, and only for the owner", async () => {
      const first = await claimFirst("n1");
      for (let pos = 1; pos <= 5; pos += 1) await store.commit([row(first, pos)]);
      await store.advance([{ ...first, epoch: first.epoch - 1, snapshotPos: 5, publishedPos: 5 }]);
      expect((await claimFirst("n1")).rows).toHaveLength(5);
      const owner = await claimFirst("n1");
      await store.advance([{ ...owner, snapshotPos: 4, publishedPos: 2 }]);
      const again = await claimFirst("n2");
      expect(again).toMatchObject({ snapshotPos: 4, publishedPos: 2 });
      expect(again.rows.map(({ pos }) => pos)).toEqual([3, 4, 5]);
    });

    it("forgets any number of rows", async () => {
      const first = await claimFirst("n1");
      const rows = Array.from({ length: 1200 }, (_, index) => row(first, index + 1));
      for (let at = 0; at < rows.length; at += 200) await store.commit(rows.slice(at, at + 200));
      // The rows are still there for whoever publishes them.
      await store.advance([{ ...first, snapshotPos: 1200, publishedPos: 0 }]);
      expect((await claimFirst("n1")).rows).toHaveLength(1200);
      await store.advance([{ ...(await claimFirst("n1")), snapshotPos: 1200, publishedPos: 1199 }]);
      expect((await claimFirst("n2")).rows.map(({ pos }) => pos)).toEqual([1200]);
    });
  });
}
