import { describe, expect, it } from "vitest";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import type { Consumer } from "../../actors/runtime/ports.ts";
import { actorFixture, count, rows } from "../helpers/actor-fixture.ts";
import { startHarness } from "../helpers/actor-harness.ts";
import { waitFor } from "../helpers/wait-for.ts";

const { start, crash, dataDir } = actorFixture();

describe("reply after commit", () => {
  it("answers a change only when its commit is done", async () => {
    const harness = await start();
    harness.store.hold();
    let answered = false;
    const asked = harness.host.ask("a", { name: "add", by: 1 }).then((outcome) => {
      answered = true;
      return outcome;
    });
    await waitFor("the commit to be asked for", () => harness.store.commits === 1);
    expect(answered).toBe(false);
    harness.store.letGo();
    expect(await asked).toEqual({ ok: true, reply: 1 });
  });

  it("holds back reads, refusals and downlinks that tell of an uncommitted change", async () => {
    const harness = await start();
    harness.store.hold();
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    const changed = harness.host.ask("a", { name: "tell" }).then(note("change"));
    await waitFor("the commit to be asked for", () => harness.store.commits === 1);
    const read = harness.host.ask("a", { name: "get" }).then(note("read"));
    const refused = harness.host.ask("a", { name: "refuse" }).then(note("refusal"));
    await harness.host.ask("b", { name: "get" }).then(note("other actor"));
    expect(order).toEqual(["other actor"]);
    expect(harness.downlinks).toEqual([]);
    harness.store.letGo();
    await Promise.all([changed, read, refused]);
    expect(order.slice(1)).toEqual(["change", "read", "refusal"]);
    expect(harness.downlinks).toEqual([{ gatewayId: "a", topic: "note", payload: 1 }]);
  });
});

it("tells the bus which rows are routine, also when it publishes them again after a claim", async () => {
  const failing = () => Promise.reject(new Error("not yet"));
  const first = await start({ skipsRoutine: true, consume: failing });
  await first.host.ask("a", { name: "reset" });
  await first.host.ask("a", { name: "add", by: 1 });
  await crash(first);

  const positions: number[] = [];
  const consume: Consumer["handle"] = async (delivery) => {
    positions.push(...delivery.rows.map(({ pos }) => pos));
  };
  const second = await start({ skipsRoutine: true, consume });
  await second.host.ask("a", { name: "add", by: 1 });
  await second.host.ask("a", { name: "reset" });
  await waitFor("the last row", () => positions.includes(4));
  expect(positions).toEqual([1, 4]);
});

describe("turns", () => {
  it("gives one message at a time to an actor, in order, also while it is being loaded", async () => {
    const harness = await start();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => harness.host.ask("a", { name: "add", by: 1 })),
    );
    expect(outcomes.map((outcome) => outcome.ok && outcome.reply)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  });

  it("loads all missing actors of one tick by one SELECT, and commits them by one statement", async () => {
    const harness = await start();
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => harness.host.ask(`actor-${i}`, { name: "add", by: 1 })),
    );
    expect(harness.store.loads).toBe(1);
    expect(harness.store.commits).toBe(1);
  });

  it("turns a message that makes decide throw into a committed dead letter and goes on", async () => {
    const letters: unknown[] = [];
    const harness = await start({
      consume: async ({ rows: delivered }) => {
        letters.push(...delivered.flatMap((row) => row.changes.flatMap((change) => change.deadLetter ?? [])));
      },
    });
    const [first, poisoned, last] = await Promise.all([
      harness.host.ask("a", { name: "add", by: 1 }),
      harness.host.ask("a", { name: "poison" }),
      harness.host.ask("a", { name: "add", by: 1 }),
    ]);
    expect([first, last]).toEqual([
      { ok: true, reply: 1 },
      { ok: true, reply: 2 },
    ]);
    expect(poisoned).toMatchObject({ ok: false, error: { type: "INTERNAL" } });
    await waitFor("the dead letter on the bus", () => letters.length === 1);
    expect(letters).toMatchObject([
      { command: { name: "poison" }, error: expect.stringContaining("poison") },
    ]);
  });

  it("keeps of a poisoned message that no text can hold its name, and holds up nobody", async () => {
    const letters: unknown[] = [];
    const harness = await start({
      consume: async ({ rows: delivered }) => {
        letters.push(...delivered.flatMap((row) => row.changes.flatMap((change) => change.deadLetter ?? [])));
      },
    });
    const dose = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
    expect(await harness.host.ask("a", { name: "poison", dose })).toMatchObject({ ok: false });
    expect(await harness.host.ask("b", { name: "add", by: 1 })).toEqual({ ok: true, reply: 1 });
    await waitFor("the dead letter on the bus", () => letters.length === 1);
    expect(letters).toMatchObject([{ command: { name: "poison" } }]);
  });
});

describe("recovery", () => {
  it("goes on after a crash with every committed change and no snapshot", async () => {
    const first = await start({ snapshotLagMs: 1e9 });
    await Promise.all(["a", "b", "a", "c", "a"].map((id) => first.host.ask(id, { name: "add", by: 1 })));
    await crash(first);
    const second = await start();
    expect([await count(second, "a"), await count(second, "b"), await count(second, "c")]).toEqual([3, 1, 1]);
  });

  it("applies no change twice when a crash falls between a snapshot and its position", async () => {
    const first = await start();
    first.store.advance = () => Promise.reject(new Error("crashed before the position was stored"));
    await first.host.ask("a", { name: "add", by: 1 });
    await waitFor("the document", async () => (await rows(first, "SELECT * FROM documents")).length === 1);
    expect(await rows(first, "SELECT * FROM commits")).toHaveLength(1);
    await crash(first);
    expect(await count(await start(), "a")).toBe(1);
  });

  it("numbers rows without a gap and never again, over crashes", async () => {
    const seen = new Set<number>();
    const consume: Consumer["handle"] = async ({ rows: delivered }) => {
      const own = delivered.filter((row) => row.changes.some((change) => change.actorId === "a"));
      for (const row of own) seen.add(row.pos);
    };
    for (let round = 0; round < 3; round += 1) {
      const harness = await start({ consume });
      for (let i = 0; i < 3; i += 1) await harness.host.ask("a", { name: "add", by: 1 });
      await crash(harness);
    }
    await start({ consume });
    await waitFor("all rows", () => seen.size >= 9);
    expect([...seen]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("hands rows that nobody finished to the bus again", async () => {
    const first = await start({ consume: () => Promise.reject(new Error("not now")) });
    await first.host.ask("a", { name: "add", by: 7 });
    await crash(first);
    const second = await start({ snapshotLagMs: 1e9 });
    expect(await count(second, "a")).toBe(7);
    expect(await rows(second, "SELECT * FROM commits")).not.toEqual([]);
  });

  it("forgets rows once they are in a snapshot and on the bus", async () => {
    const harness = await start();
    await harness.host.ask("a", { name: "add", by: 5 });
    await waitFor("an empty log", async () => (await rows(harness, "SELECT * FROM commits")).length === 0);
    expect(await rows(harness, "SELECT actor_id, document FROM documents")).toEqual([
      { actor_id: "a", document: "[5]" },
    ]);
  });

  it("removes the document of an actor that has nothing to keep any more", async () => {
    const harness = await start();
    await harness.host.ask("a", { name: "add", by: 5 });
    await waitFor("a document", async () => (await rows(harness, "SELECT * FROM documents")).length === 1);
    await harness.host.ask("a", { name: "reset" });
    await waitFor("no document", async () => (await rows(harness, "SELECT * FROM documents")).length === 0);
  });
});

describe("the fence", () => {
  it("lets an earlier owner write nothing, tell nothing and stop, once another has claimed", async () => {
    const first = await start({ nodeId: "first", snapshotLagMs: 1e9 });
    await first.host.ask("a", { name: "add", by: 1 });
    const second = await start({ nodeId: "second" });
    await second.host.ask("a", { name: "add", by: 10 });
    const late = await first.host.ask("a", { name: "add", by: 100 });
    expect(late).toMatchObject({ ok: false, error: { type: "NOT_OWNER" } });
    expect(await count(first, "a")).toBe("NOT_OWNER");
    expect(await count(second, "a")).toBe(11);
    await waitFor("the line about the other node", () => first.fencedBecause.length === 1);
    expect(first.fencedBecause[0]).toContain("second");
  });

  it("throws away what was pending in both batches of a refused commit", async () => {
    const first = await start({ nodeId: "first" });
    first.store.hold();
    const inFlight = first.host.ask("a", { name: "add", by: 1 });
    await waitFor("the commit to be asked for", () => first.store.commits === 1);
    const gathering = first.host.ask("a", { name: "add", by: 2 });
    const read = first.host.ask("a", { name: "get" });
    const second = await start({ nodeId: "second" });
    first.store.letGo();
    for (const outcome of await Promise.all([inFlight, gathering, read])) {
      expect(outcome).toMatchObject({ ok: false, error: { type: "NOT_OWNER" } });
    }
    expect(await count(second, "a")).toBe(0);
  });

  it("acknowledges nothing in whose place its own epoch has written something else, and begins anew", async () => {
    const harness = await start({ isExclusive: false });
    const partition = partitionOf("a", 4);
    const changes = [{ actorId: "a", time: 1, events: [{ type: "added", by: 10 }] }];
    await harness.store.commit([{ type: "counter", partition, epoch: 1, pos: 1, changes }]);
    const doubled = await harness.host.ask("a", { name: "add", by: 1 });
    expect(doubled).toMatchObject({ ok: false, error: { type: "NOT_OWNER" } });
    await waitFor("a claim of its own", async () => (await count(harness, "a")) === 10);
    expect(await harness.host.ask("a", { name: "add", by: 1 })).toEqual({ ok: true, reply: 11 });
  });

  it("keeps snapshots of an earlier owner out", async () => {
    const first = await start({ nodeId: "first", snapshotLagMs: 1e9 });
    await first.host.ask("a", { name: "add", by: 1 });
    const second = await start({ nodeId: "second" });
    const partition = partitionOf("a", 4);
    await first.store.saveSnapshots([
      {
        type: "counter",
        partition,
        epoch: 1,
        actorId: "a",
        pos: 99,
        document: "[99]",
        dueTime: null,
      },
    ]);
    expect(await count(second, "a")).toBe(1);
  });

  it("does not start while another process uses the file, and says who", async () => {
    await start({ nodeId: "first", sessionTtlMs: 500, isGone: () => false });
    await expect(
      startHarness({ dataDir: dataDir(), nodeId: "second", sessionTtlMs: 500, isGone: () => false }),
    ).rejects.toThrow(/in use by node first \(pid \d+ on test\)/);
  });
});

describe("a store that fails", () => {
  it("gets the same rows again until it takes them; nobody is told anything before", async () => {
    const harness = await start();
    await harness.host.ask("a", { name: "add", by: 1 });
    harness.store.broken = new Error("disk full");
    let answered = false;
    const asked = harness.host.ask("a", { name: "add", by: 1 }).finally(() => {
      answered = true;
    });
    await waitFor("the problem to be known", () => harness.node.problems.length > 0);
    expect(harness.node.problems).toEqual(["store: disk full"]);
    expect(answered).toBe(false);
    harness.store.broken = undefined;
    expect(await asked).toEqual({ ok: true, reply: 2 });
    expect(harness.node.problems).toEqual([]);
  });

  it("counts a row as written once when its first try had got through after all", async () => {
    const harness = await start();
    const { commit } = harness.store;
    let tries = 0;
    harness.store.commit = async (batch) => {
      const refused = await commit.call(harness.store, batch);
      tries += 1;
      if (tries === 1) throw new Error("the connection broke after the commit");
      return refused;
    };
    expect(await harness.host.ask("a", { name: "add", by: 1 })).toEqual({ ok: true, reply: 1 });
    expect(tries).toBe(2);
    await crash(harness);
    expect(await count(await start(), "a")).toBe(1);
  });

  it("refuses messages whose actor cannot be loaded, and serves them later", async () => {
    const harness = await start();
    harness.store.broken = new Error("disk on fire");
    expect(await count(harness, "a")).toBe("STORE_UNAVAILABLE");
    harness.store.broken = undefined;
    expect(await count(harness, "a")).toBe(0);
  });
});
