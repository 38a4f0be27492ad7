import { describe, expect, it } from "vitest";
import { actorFixture, count, rows } from "../helpers/actor-fixture.ts";
import { waitFor } from "../helpers/wait-for.ts";

const { start, crash, forget } = actorFixture();

describe("back-pressure and drain", () => {
  it("refuses what does not fit into the queue, and loses nothing that did", async () => {
    const harness = await start({ maxWaiting: 10 });
    harness.store.hold();
    const asked = Array.from({ length: 15 }, () => harness.host.ask("a", { name: "add", by: 1 }));
    harness.store.letGo();
    const outcomes = await Promise.all(asked);
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(10);
    expect(outcomes.at(-1)).toMatchObject({ ok: false, error: { type: "OVERLOADED" } });
    expect(await count(harness, "a")).toBe(10);
  });

  it("answers everything accepted before it goes, and leaves nothing to replay", async () => {
    const harness = await start({ snapshotLagMs: 1e9 });
    const asked = Array.from({ length: 20 }, () => harness.host.ask("a", { name: "add", by: 1 }));
    forget(harness);
    await harness.node.retire(harness.host);
    expect((await Promise.all(asked)).every((outcome) => outcome.ok)).toBe(true);
    expect(await count(harness, "a")).toBe("SHUTTING_DOWN");
    expect(await rows(harness, "SELECT count(*) AS n FROM commits")).toEqual([{ n: 0 }]);
    expect(await rows(harness, "SELECT count(*) AS n FROM partitions WHERE owner IS NOT NULL")).toEqual([
      { n: 0 },
    ]);
    await harness.stop();
  });
});

describe("timers", () => {
  it("fire once when due, in a committed turn", async () => {
    let now = 1000;
    const harness = await start({ clock: () => now });
    await harness.host.ask("a", { name: "remindAt", at: 5000 });
    now = 4999;
    harness.host.fireTimers();
    expect(await count(harness, "a")).toBe(0);
    now = 5000;
    await waitFor("the timer", async () => (await count(harness, "a")) === 1000);
    now = 9000;
    harness.host.fireTimers();
    expect(await count(harness, "a")).toBe(1000);
  });

  it("set anew or removed count with their last word", async () => {
    let now = 1000;
    const harness = await start({ clock: () => now });
    await harness.host.ask("a", { name: "remindAt", at: 5000 });
    await harness.host.ask("a", { name: "remindAt", at: 7000 });
    await harness.host.ask("b", { name: "remindAt", at: 5000 });
    await harness.host.ask("b", { name: "remindAt", at: null });
    now = 6000;
    harness.host.fireTimers();
    expect([await count(harness, "a"), await count(harness, "b")]).toEqual([0, 0]);
    now = 7000;
    await waitFor("the timer", async () => (await count(harness, "a")) === 1000);
  });

  it("that fell due while nobody owned the partition fire once after a crash, from rows and from documents", async () => {
    let now = 1000;
    const first = await start({ clock: () => now, snapshotLagMs: 1e9 });
    await first.host.ask("from-rows", { name: "remindAt", at: 2000 });
    await crash(first);
    const second = await start({ clock: () => now });
    await second.host.ask("from-document", { name: "remindAt", at: 3000 });
    await waitFor("documents", async () => (await rows(second, "SELECT * FROM documents")).length === 2);
    await crash(second);
    now = 10_000;
    const third = await start({ clock: () => now });
    await waitFor(
      "both timers",
      async () =>
        (await count(third, "from-rows")) === 1000 && (await count(third, "from-document")) === 1000,
    );
  });
});

describe("passivation", () => {
  it("moves idle clean actors into the slab, and they come back with all they had", async () => {
    const harness = await start();
    for (let i = 0; i < 20; i += 1) await harness.host.ask(`actor-${i}`, { name: "add", by: i });
    await waitFor("idle actors", () => harness.host.counts.hot === 0 && harness.host.counts.idle === 19);
    const { loads } = harness.store;
    for (let i = 1; i < 20; i += 1) expect(await count(harness, `actor-${i}`)).toBe(i);
    expect(harness.store.loads).toBe(loads);
  });

  it("never happens to an actor with changes that are in no snapshot", async () => {
    const harness = await start();
    harness.store.saveSnapshots = () => Promise.reject(new Error("not now"));
    await harness.host.ask("a", { name: "add", by: 1 });
    await harness.host.ask("clean", { name: "get" });
    await waitFor("the clean actor to leave", () => harness.host.counts.hot === 1);
    await waitFor("the dirty one to wait for its snapshot", () =>
      [...harness.host.partitions].some(({ activations }) => activations.get("a")?.status === "deactivating"),
    );
    expect(await count(harness, "a")).toBe(1);
  });

  it("keeps only in the store what does not fit into memory", async () => {
    const harness = await start({ maxIdleBytes: 0 });
    await harness.host.ask("a", { name: "add", by: 3 });
    await waitFor("nothing in memory", () => harness.host.counts.hot === 0 && harness.host.counts.idle === 0);
    expect(await count(harness, "a")).toBe(3);
  });
});
