import { beforeEach, expect, test } from "vitest";
import type { PresenceSignal, SignalKind } from "../../../actors/contracts/presence.ts";
import type { PresenceCommand, PresenceReply } from "../../../actors/presence/contract.ts";
import { presenceActor } from "../../../actors/presence/presence.ts";
import { DEFAULT_PRESENCE_SETTINGS } from "../../../actors/presence/settings.ts";
import { EMPTY_PRESENCE, type GatewayPresence } from "../../../actors/presence/state.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import { PresenceIngest } from "./ingest.ts";
import { Vitals } from "./vitals.ts";

const GATEWAY = "gw-1";
const ALIVE = { keepAliveMs: 30_000, ageMs: 400 };

let now: number;
let state: GatewayPresence;
/** Is its actor in memory? */
let isHot: boolean;
let commands: PresenceCommand[];
let refusal: Outcome<PresenceReply> | undefined;
let counted: string[];
let vitals: Vitals;
let ingest: PresenceIngest;

/** One actor and no store. */
const host = {
  typeName: "presence",
  partitionCount: 1,
  peek: () => (isHot ? state : undefined),
  deliver: (actorId: string, command: PresenceCommand, done: (outcome: Outcome<PresenceReply>) => void) => {
    commands.push(command);
    if (refusal) return done(refusal);
    const actor = presenceActor({ settings: DEFAULT_PRESENCE_SETTINGS, lastSeen: () => null });
    const decision = actor.decide(state, command, { actorId, now });
    for (const event of decision.events ?? []) state = actor.evolve(state, event, { actorId, now });
    done({ ok: true, reply: decision.reply });
  },
};

beforeEach(() => {
  [now, state, isHot, commands, refusal, counted] = [
    1_700_000_000_000,
    EMPTY_PRESENCE,
    true,
    [],
    undefined,
    [],
  ];
  const counters = {
    count: (name: string, labels = {}, n = 1) =>
      void counted.push([name.replace("gateway_twin.presence.", ""), ...Object.values(labels), n].join(" ")),
    gauge: () => undefined,
  };
  vitals = new Vitals({ partitionCount: 1, clock: () => now, counters });
  vitals.begin({ type: "presence", partition: 0, epoch: 1 });
  ingest = new PresenceIngest({ host, vitals, counters, mayAnswer: () => true });
});

const signal = (kind: SignalKind, sessionId: string | null, payload: object = ALIVE): PresenceSignal => ({
  gatewayId: GATEWAY,
  kind,
  sessionId,
  payload: Buffer.from(JSON.stringify(payload)),
});
const take = async (...args: Parameters<typeof signal>) =>
  (await ingest.takeIn([signal(...args)], "edge-1"))[0];
const names = () => commands.splice(0).map(({ name }) => name);
const view = () => vitals.view(GATEWAY)(undefined);

test.each([true, false])("a link that is open costs no turn of its actor (in memory: %s)", async (hot) => {
  isHot = hot;
  await take("opened", "s1");
  expect(commands.splice(0)).toEqual([
    {
      name: "openConnection",
      params: { connection: { sessionId: "s1", node: "edge-1", keepAliveMs: 30_000 } },
    },
  ]);
  for (let n = 0; n < 5; n++) await take("alive", "s1");
  await take("heartbeat", "s1", { board: { cpu: 1 } });
  await take("hello", "s1", { boot: "b", firmware: "1" });
  expect(names()).toEqual([]);
  await take("alive", "s2");
  expect(names()).toEqual(["openConnection"]);
});

test.each([true, false])("after its deadline an open link is told of again (in memory: %s)", async (hot) => {
  isHot = hot;
  await take("opened", "s1");
  now += 100_000;
  state = { ...state, connections: [] };
  expect(vitals.atDeadline(GATEWAY)).toBe(now - 100_000);
  names();
  await take("alive", "s1");
  expect(names()).toEqual(["openConnection"]);
  expect(state.connections).toHaveLength(1);
});

test("what its actor has refused is told again", async () => {
  isHot = false;
  refusal = { ok: false, error: { type: "OVERLOADED", data: {} } };
  expect(await take("opened", "s1")).toEqual(refusal);
  refusal = undefined;
  expect(await take("alive", "s1")).toEqual({ ok: true, reply: null });
  expect(names()).toEqual(["openConnection", "openConnection"]);
});

test("a gateway at a broker is there by what it says itself; its bye may be its will", async () => {
  await take("heartbeat", null, { board: {} });
  await take("heartbeat", null, { board: {} });
  expect(commands.splice(0)).toMatchObject([{ params: { connection: { sessionId: "broker:" } } }]);
  await take("hello", null, { boot: "b1" });
  await take("hello", null, { boot: "b2" });
  await take("bye", null, { boot: "b1" });
  await take("bye", null, { boot: "b0" });
  expect(state.state).toBe("ONLINE");
  await take("bye", null, { boot: "b2" });
  expect(state.state).toBe("SUSPECT");
  expect(counted.filter((text) => text.startsWith("byes"))).toEqual([
    "byes.stale.total 1",
    "byes.stale.total 1",
  ]);
  isHot = false;
  await take("heartbeat", null, { board: {} });
  expect(state.state).toBe("ONLINE");
});

test("a bye over a connection of our own means it", async () => {
  await take("opened", "s1");
  await take("bye", "s1", { boot: "b1" });
  expect(state.state).toBe("OFFLINE");
});

test("vitals are those of the gateway; the end of a connection is no sign of life and leaves nothing behind", async () => {
  await take("closed", "s0", { ...ALIVE, reason: "revoked" });
  expect(vitals.atDeadline(GATEWAY)).toBeNull();
  await take("alive", "s1");
  await take("hello", "s1", { boot: "b", firmware: "1.0", board: { cpu: 1, disk: { a: 1, b: 2 } } });
  await take("heartbeat", "s1", { board: { cpu: 2, disk: { a: 2 } } });
  expect(view()).toEqual({ lastSeen: now, board: { cpu: 2, disk: { a: 2 } }, firmware: "1.0" });
  now += 5000;
  await take("alive", "s1", { ...ALIVE, ageMs: 3000 });
  expect(view().lastSeen).toBe(now - 3000);
  expect(vitals.atDeadline(GATEWAY)).toBe(now);
  now += 5000;
  await take("closed", "s1", { ...ALIVE, ageMs: 60_000, reason: "lost" });
  expect(view().lastSeen).toBe(now - 8000);
});

test("a board that is too large, or that no text can hold, is not taken; the sign of life counts", async () => {
  await take("heartbeat", "s1", { board: { cpu: 1 } });
  let deep: object = {};
  for (let n = 0; n < 20; n++) deep = { deep };
  for (const board of [{ text: "x".repeat(4090) }, deep]) {
    now += 1000;
    expect(await take("heartbeat", "s1", { board })).toEqual({ ok: true, reply: null });
  }
  await take("heartbeat", "s1", { board: { text: "x".repeat(4000) } });
  await take("heartbeat", "s1", { board: { more: "x".repeat(4000) } });
  expect(view()).toMatchObject({ lastSeen: now, board: { cpu: 1, text: "x".repeat(4000) } });
  expect(counted.filter((text) => text.startsWith("boards"))).toEqual([
    "boards.refused.total too_large 1",
    "boards.refused.total not_allowed 1",
    "boards.refused.total too_large 1",
  ]);
});

test("each signal has its own outcome, in order", async () => {
  const broken = { ...signal("alive", "s1"), payload: Buffer.from("{") };
  const outcomes = await ingest.takeIn(
    [signal("opened", "s1"), broken, signal("bye", "s1", {}), signal("alive", "s1")],
    "edge-1",
  );
  expect(outcomes.map((outcome) => (outcome.ok ? "ok" : outcome.error.type))).toEqual([
    "ok",
    "MALFORMED_JSON",
    "INVALID_ARGUMENT",
    "ok",
  ]);
  expect(counted).toContain("signals.total alive 2");
  expect(counted).toContain("signals.refused.total alive MALFORMED_JSON 1");
});

test("what is not owned here is not taken, and nothing is known any more after the partition has left", async () => {
  await take("opened", "s1");
  vitals.shares.end(0);
  expect(await take("alive", "s1")).toMatchObject({
    ok: false,
    error: { type: "NOT_OWNER", data: { partition: 0 } },
  });
  vitals.begin({ type: "presence", partition: 0, epoch: 2 });
  expect(vitals.atDeadline(GATEWAY)).toBeNull();
  isHot = false;
  names();
  await take("alive", "s1");
  expect(names()).toEqual(["openConnection"]);
});
