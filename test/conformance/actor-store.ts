import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ActorStore, CommitRow, PartitionRef, Snapshot } from "../../actors/runtime/ports.ts";

type OpenedStore = { readonly store: ActorStore; readonly close: () => Promise<void> };

const TYPE = "counter";

function row(ref: PartitionRef, pos: number, by = pos): CommitRow {
  const changes = [{ actorId: "a", time: 1000 + pos, events: [{ type: "added", by }] }];
  return { type: ref.type, partition: ref.partition, epoch: ref.epoch, pos, changes };
}

function snapshot(
  ref: PartitionRef,
  pos: number,
  document: string | null,
  dueTime: number | null = null,
): Snapshot {
  return { type: ref.type, partition: ref.partition, epoch: ref.epoch, actorId: "a", pos, document, dueTime };
}

/** What every driver of the store of record must do. */
export function actorStoreConformance(driver: string, open: () => Promise<OpenedStore>): void {
  describe(`store of record on ${driver}`, () => {
    let opened: OpenedStore;
    let store: ActorStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.createPartitions(TYPE, 4);
    });
    afterEach(() => opened.close());

    const claim = async (owner: string) => {
      const claimed = await store.claim(TYPE, owner);
      const first = claimed[0];
      if (!first) throw new Error("nothing was claimed");
      return { claimed, first };
    };

    const claimTwo = async (owner: string) => {
      const [p0, p1] = (await claim(owner)).claimed;
      if (!p0 || !p1) throw new Error("fewer than two partitions were claimed");
      return [p0, p1] as const;
    };

    it("creates partitions once and refuses another number of them", async () => {
      await store.createPartitions(TYPE, 4);
      await expect(store.createPartitions(TYPE, 8)).rejects.toThrow("4 partitions of 'counter', not 8");
      expect((await claim("n1")).claimed.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
    });

    it("raises the epoch with every claim", async () => {
      const { first: one } = await claim("n1");
      const { first: two } = await claim("n2");
      expect(two.epoch).toBe(one.epoch + 1);
    });

    it("commits rows of many partitions at once and gives them back in order", async () => {
      const [p0, p1] = await claimTwo("n1");
      expect(await store.commit([row(p0, 1), row(p1, 1)])).toEqual([]);
      expect(await store.commit([row(p0, 2)])).toEqual([]);
      const again = (await claim("n2")).claimed;
      expect(again[0]?.rows.map(({ pos }) => pos)).toEqual([1, 2]);
      expect(again[1]?.rows).toEqual([row(p1, 1)]);
    });

    it("writes nothing of a stale epoch, and the rest of the statement", async () => {
      const [p0, p1] = await claimTwo("n1");
      const stale = { ...p0, epoch: p0.epoch - 1 };
      const refusedRow = row(stale, 1);
      expect(await store.commit([refusedRow, row(p1, 1)])).toEqual([refusedRow]);
      const again = (await claim("n2")).claimed;
      expect([again[0]?.rows.length, again[1]?.rows.length]).toEqual([0, 1]);
    });

    it("counts a repeated row as written, and a row that another owner's stands in for as refused", async () => {
      const { first: old } = await claim("n1");
      await store.commit([row(old, 1)]);
      expect(await store.commit([row(old, 1)])).toEqual([]);
      const { first: fresh } = await claim("n2");
      await store.commit([row(fresh, 2)]);
      const late = row(old, 2, 99);
      expect(await store.commit([late])).toEqual([late]);
      expect((await claim("n3")).first.rows).toEqual([row(old, 1), row(fresh, 2)]);
    });

    it("repeats only what is missing when an earlier try had got through in part", async () => {
      const [p0, p1] = await claimTwo("n1");
      await store.commit([row(p0, 1)]);
      expect(await store.commit([row(p0, 1), row(p1, 1)])).toEqual([]);
      expect((await claim("n2")).claimed[1]?.rows).toEqual([row(p1, 1)]);
    });

    it("keeps, replaces and removes documents, all fenced", async () => {
      const { first } = await claim("n1");
      await store.saveSnapshots([snapshot(first, 1, "one")]);
      await store.saveSnapshots([snapshot(first, 2, "two")]);
      const stale = { ...first, epoch: first.epoch - 1 };
      await store.saveSnapshots([snapshot(stale, 9, "stale")]);
      await store.saveSnapshots([snapshot(stale, 9, null)]);
      expect(await store.load(TYPE, ["a", "unknown"])).toEqual([{ actorId: "a", pos: 2, document: "two" }]);
      await store.saveSnapshots([snapshot(first, 3, null)]);
      expect(await store.load(TYPE, ["a"])).toEqual([]);
    });

    it("forgets rows only when they are both snapshotted and published, and only for the owner", async () => {
      const { first } = await claim("n1");
      for (let pos = 1; pos <= 5; pos += 1) await store.commit([row(first, pos)]);
      await store.advance([{ ...first, epoch: first.epoch - 1, snapshotPos: 5, publishedPos: 5 }]);
      expect((await claim("n1")).first.rows).toHaveLength(5);
      const { first: owner } = await claim("n1");
      await store.advance([{ ...owner, snapshotPos: 4, publishedPos: 2 }]);
      const { first: again } = await claim("n2");
      expect(again).toMatchObject({ snapshotPos: 4, publishedPos: 2 });
      expect(again.rows.map(({ pos }) => pos)).toEqual([3, 4, 5]);
    });

    it("tells a claimer the timers of stored documents", async () => {
      const { first } = await claim("n1");
      await store.saveSnapshots([snapshot(first, 1, "{}", 5000)]);
      expect((await claim("n2")).first.dueTimers).toMatchObject([{ actorId: "a", dueTime: 5000 }]);
      await store.saveSnapshots([snapshot((await claim("n3")).first, 2, "{}", null)]);
      expect((await claim("n4")).first.dueTimers).toEqual([]);
    });
  });
}
