import { describe, expect, it } from "vitest";
import { MIN_SESSION_AGE_MS, type OwnershipView, planOf } from "./ownership-plan.ts";
import type { LiveSession, PartitionRecord } from "./ports.ts";
import { targetsOf } from "./targets.ts";

const COUNT = 8;
const NOW = 1_000_000;

function session(nodeId: string, more: Partial<LiveSession> = {}): LiveSession {
  return {
    nodeId,
    instanceId: `${nodeId}-1`,
    host: "host",
    pid: 1,
    roles: ["all"],
    types: ["twin"],
    isDraining: false,
    startTime: NOW - 60_000,
    expireTime: NOW + 3000,
    ...more,
  };
}

function records(ownerOf: (partition: number) => string | null): PartitionRecord[] {
  return Array.from({ length: COUNT }, (_, partition) => ({
    type: "twin",
    partition,
    epoch: 5,
    owner: ownerOf(partition),
  }));
}

function view(more: Partial<OwnershipView>): OwnershipView {
  return {
    me: "a",
    type: "twin",
    count: COUNT,
    records: records(() => null),
    sessions: [session("a"), session("b")],
    now: NOW,
    held: new Map(),
    isSettled: true,
    isLeaving: false,
    ...more,
  };
}

const targets = targetsOf("twin", COUNT, ["a", "b"]);
const mine = targets.flatMap((target, partition) => (target === "a" ? [partition] : []));
const theirs = targets.flatMap((target, partition) => (target === "b" ? [partition] : []));
const all = Array.from({ length: COUNT }, (_, partition) => partition);
const holding = (partitions: readonly number[], epoch = 5) =>
  new Map(partitions.map((partition) => [partition, epoch]));
const claimed = (more: Partial<OwnershipView>) => planOf(view(more)).claim.map(({ partition }) => partition);

describe("what a node claims", () => {
  it("is what is meant for it and was given back", () => {
    expect(claimed({})).toEqual(mine);
  });

  it("is what a node has that is not alive any more, but nothing of a live one", () => {
    expect(claimed({ records: records(() => "dead") })).toEqual(mine);
    expect(claimed({ records: records(() => "b") })).toEqual([]);
  });

  it("is what is its own by the store and not in its memory", () => {
    expect(claimed({ records: records(() => "a") })).toEqual(mine);
  });

  it("is nothing while it drains or does not serve the type", () => {
    expect(claimed({ sessions: [session("a", { isDraining: true }), session("b")] })).toEqual([]);
    expect(claimed({ sessions: [session("a", { types: [] }), session("b")] })).toEqual([]);
  });

  it("leaves out what it is not admitted to", () => {
    const [kept] = mine;
    expect(claimed({ admits: (nodeId, partition) => nodeId !== "a" || partition !== kept })).not.toContain(
      kept,
    );
  });
});

describe("what a node gives away", () => {
  const owning = { records: records(() => "a"), held: holding(all) };

  it("is what is meant for another node", () => {
    expect(planOf(view(owning)).handOff).toEqual(theirs.map((partition) => ({ partition, to: "b" })));
  });

  it("is nothing while nodes come and go, nor to a node that has just come", () => {
    expect(planOf(view({ ...owning, isSettled: false })).handOff).toEqual([]);
    const newcomer = session("b", { startTime: NOW - MIN_SESSION_AGE_MS + 1 });
    expect(planOf(view({ ...owning, sessions: [session("a"), newcomer] })).handOff).toEqual([]);
  });

  it("is everything at once when it leaves, unless nobody else could take it", () => {
    const sessions = [session("a", { isDraining: true }), session("b", { startTime: NOW })];
    expect(planOf(view({ ...owning, sessions, isSettled: false, isLeaving: true })).handOff).toEqual(
      all.map((partition) => ({ partition, to: "b" })),
    );
    expect(planOf(view({ ...owning, sessions: sessions.slice(0, 1), isLeaving: true })).handOff).toEqual([]);
  });
});

it("forgets what somebody else has claimed", () => {
  const plan = planOf(view({ records: records(() => "b"), held: holding(all, 4) }));
  expect(plan).toEqual({ lost: all, claim: [], handOff: [], release: [] });
});

it("tells the store again what it has given away", () => {
  const plan = planOf(view({ records: records(() => "a"), held: holding(mine) }));
  expect(plan.release.map(({ partition }) => partition)).toEqual(theirs);
});
