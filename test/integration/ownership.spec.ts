import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import { ClusterHarness, PARTITIONS } from "../helpers/cluster-harness.ts";
import { freshDatabase, freshNamespace, sharedServers } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

let cluster: ClusterHarness;
let database: Awaited<ReturnType<typeof freshDatabase>>;

beforeEach(async () => {
  database = await freshDatabase();
  const { natsUrl } = sharedServers();
  cluster = new ClusterHarness({ databaseUrl: database.url, natsUrl, namespace: freshNamespace() });
});

afterEach(async () => {
  await cluster.stopAll();
  await database.drop();
});

const ids = Array.from({ length: 64 }, (_, index) => `gw-${index}`);
const addToAll = (by: number) => Promise.all(ids.map((id) => cluster.ask(id, { name: "add", by })));
const readAll = () => Promise.all(ids.map((id) => cluster.ask(id, { name: "get" })));

describe("sharing", () => {
  it("gives everything to one node, and each newcomer its share, with all that was committed", async () => {
    await cluster.join("a");
    expect(cluster.shares()).toEqual({ a: PARTITIONS });
    await addToAll(1);
    await cluster.join("b");
    await cluster.untilShared(2);
    await cluster.join("c");
    await cluster.untilShared(3);
    expect(new Set(await addToAll(1))).toEqual(new Set([2]));
  });

  it("loses nothing of what it answered while partitions move", async () => {
    await cluster.join("a");
    let isOver = false;
    const calls = ids.slice(0, 8).map(async (id) => {
      let added = 0;
      while (!isOver) {
        await cluster.ask(id, { name: "add", by: 1 });
        added += 1;
      }
      return { id, added };
    });
    await cluster.join("b");
    await cluster.untilShared(2);
    isOver = true;
    for (const { id, added } of await Promise.all(calls)) {
      expect(await cluster.ask(id, { name: "get" })).toBe(added);
    }
  });

  it("leaves everything to the others when it stops, without waiting for its session to run out", async () => {
    const first = await cluster.join("a");
    await cluster.join("b");
    await cluster.untilShared(2);
    await addToAll(1);
    await first.node.drain(5000);
    expect(first.host.counts.partitions).toBe(0);
    expect(new Set(await readAll())).toEqual(new Set([1]));
    expect(cluster.shares()).toEqual({ a: 0, b: PARTITIONS });
  });

  it("offers each partition to the next node, which need not look for it in the store", async () => {
    const first = await cluster.join("a");
    const { store } = await cluster.join("b");
    await cluster.untilShared(2);
    vi.spyOn(store, "partitions").mockRejectedValue(new Error("no look now"));
    await addToAll(1);
    await first.node.drain(5000);
    await waitFor("the other to have all", () => cluster.shares().b === PARTITIONS);
    expect(new Set(await readAll())).toEqual(new Set([1]));
  });

  it("does not take what it has once more, when the offer comes after it has looked for itself", async () => {
    await cluster.join("a");
    const { node, host, store } = await cluster.join("b");
    await cluster.untilShared(2);
    const held = [...host.partitions];
    const claimed = vi.spyOn(store, "claim");
    const partitions = held.map(({ partition, epoch }) => ({ partition, epoch: epoch - 1 }));
    node.ownership.accept({ to: "b", type: "counter", partitions });
    await addToAll(1);
    expect(claimed).not.toHaveBeenCalled();
    expect([...host.partitions].every((partition, index) => partition === held[index])).toBe(true);
  });

  it("moves one partition by hand, and the next node keeps it", async () => {
    await cluster.join("a");
    await cluster.join("b");
    await cluster.untilShared(2);
    const owner = cluster.ownerOf("gw-1");
    if (!owner) throw new Error("gw-1 has no owner");
    const partition = partitionOf("gw-1", PARTITIONS);
    expect(await owner.node.ownership.giveAway("counter", partition)).toBe(true);
    await waitFor("the other to have it", () => cluster.ownerOf("gw-1") !== undefined);
    expect(cluster.ownerOf("gw-1")).not.toBe(owner);
    expect(await owner.node.ownership.giveAway("counter", partition)).toBe(false);
  });
});

describe("failover", () => {
  it("takes over what a killed node had, with every committed change, long before its session ends", async () => {
    const first = await cluster.join("a", { sessionTtlMs: 30_000 });
    const second = await cluster.join("b");
    await cluster.untilShared(2);
    await addToAll(1);
    const before = performance.now();
    await first.crash();
    expect(new Set(await readAll())).toEqual(new Set([1]));
    expect(performance.now() - before).toBeLessThan(5000);
    expect(second.gone).toEqual(["a"]);
    expect(cluster.shares()).toEqual({ b: PARTITIONS });
  });

  it("takes over from a node that does not renew its session, which then writes and reads nothing", async () => {
    const first = await cluster.join("a");
    const second = await cluster.join("b");
    await cluster.untilShared(2);
    await addToAll(1);
    const id = ids.find((each) => cluster.ownerOf(each) === first) ?? "";
    // As in a process that was stopped: it does nothing of its own, and what it holds is as it was.
    first.node.abandon();
    cluster.members.delete("a");
    await waitFor("the other to have all", () => second.host.counts.partitions === PARTITIONS);
    expect(await cluster.ask(id, { name: "add", by: 10 })).toBe(11);
    expect(await first.host.ask(id, { name: "get" })).toMatchObject({ error: { type: "NOT_OWNER" } });
    expect(await first.host.ask(id, { name: "add", by: 100 })).toMatchObject({
      error: { type: "NOT_OWNER" },
    });
    expect(await cluster.ask(id, { name: "get" })).toBe(11);
    cluster.members.set("a", first);
  });

  it("reads nothing past the session's time, though it may still write what nobody else has claimed", async () => {
    const only = await cluster.join("a");
    await cluster.ask("gw-1", { name: "add", by: 1 });
    only.sessions.isBroken = true;
    const get = () => only.host.ask("gw-1", { name: "get" });
    await waitFor("a read to be refused", async () => !(await get()).ok);
    expect(await only.host.ask("gw-1", { name: "add", by: 1 })).toEqual({ ok: true, reply: 2 });
    only.sessions.isBroken = false;
    await waitFor("reads to be answered again", async () => (await get()).ok);
    expect(await get()).toEqual({ ok: true, reply: 2 });
  });

  it("lets a node that was given up come back and get its share again", async () => {
    const first = await cluster.join("a");
    await cluster.join("b");
    await cluster.untilShared(2);
    first.sessions.isBroken = true;
    await first.sessions.end(first);
    await waitFor("the other to have its partitions", () => first.host.counts.partitions === 0);
    first.sessions.isBroken = false;
    await cluster.untilShared(2);
    expect(first.fatal).toEqual([]);
    await addToAll(1);
  });

  it("stops a node when a newer process runs under its name", async () => {
    const first = await cluster.join("a");
    const second = await cluster.join("a");
    await waitFor("the line about the other process", () => first.fatal.length > 0);
    expect(first.fatal[0]).toContain("NODE_ID");
    await first.crash();
    await second.stop();
  });
});
