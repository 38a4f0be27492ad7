import fc from "fast-check";
import { expect, test } from "vitest";
import { PresenceWorld } from "../../test/helpers/presence-world.ts";
import { CLOSE_REASONS, type CloseReason } from "../contracts/presence.ts";

const FOR_LONG = 24 * 3_600_000;

type Action = (world: PresenceWorld) => void;
const named = (text: string, act: Action): Action => Object.assign(act, { toString: () => text });

const sessions = fc.constantFrom("s0", "s1", "s2", "s3", "s4", "s5");
const keepAlives = fc.constantFrom(10_000, 60_000);
const reasons = fc.constantFrom(...CLOSE_REASONS);
const boots = fc.constantFrom("broker:b1", "broker:b2");
const BROKER_KEEP_ALIVE = 400_000;

const connect = fc
  .tuple(sessions, keepAlives)
  .map(([id, ms]) => named(`opened ${id} ${ms}`, (world) => world.opened(id, ms)));
const disconnect = fc
  .tuple(sessions, reasons)
  .map(([id, reason]) => named(`closed ${id} ${reason}`, (world) => world.closed(id, reason)));
const hello = boots.map((id) => named(`hello ${id}`, (world) => world.opened(id, BROKER_KEEP_ALIVE)));
const will = boots.map((id) => named(`will ${id}`, (world) => world.closed(id, "lost")));
const heartbeat = fc.constant(named("heartbeat", (world) => world.opened("broker:", BROKER_KEEP_ALIVE)));
const alive = fc.constant(named("all alive", (world) => world.allAlive()));
const pass = fc
  .oneof(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom(10_000, 25_000, 60_000, 80_000))
  .map((ms) => named(`pass ${ms}`, (world) => world.pass(ms)));
const claim = fc.constant(named("claim", (world) => world.claim()));
const setBack = fc
  .integer({ min: 1, max: 100_000 })
  .map((ms) => named(`set back ${ms}`, (world) => world.setClockBack(ms)));
const remove = fc.constant(named("remove", (world) => world.tell({ name: "removePresence", params: {} })));

const actions = fc.oneof(
  { weight: 6, arbitrary: connect },
  { weight: 5, arbitrary: disconnect },
  { weight: 2, arbitrary: hello },
  { weight: 2, arbitrary: will },
  { weight: 1, arbitrary: heartbeat },
  { weight: 4, arbitrary: alive },
  { weight: 8, arbitrary: pass },
  { weight: 2, arbitrary: claim },
  { weight: 1, arbitrary: setBack },
);
const histories = fc.array(actions, { maxLength: 40 });
const withRemovals = fc.array(
  fc.oneof({ weight: 20, arbitrary: actions }, { weight: 1, arbitrary: remove }),
  {
    maxLength: 40,
  },
);

function run(history: readonly Action[]): PresenceWorld {
  const world = new PresenceWorld();
  for (const act of history) {
    act(world);
    world.checkInvariants();
  }
  return world;
}

test("whom an edge vouches for is online, whatever comes in which order, is lost, or moves to another owner", () => {
  const law = fc.property(withRemovals, (history) => {
    run(history);
  });
  fc.assert(law, { seed: 4, numRuns: 2000 });
});

test("the same of a steady gateway, whose owners come and go", () => {
  const steady = fc.array(fc.oneof(alive, pass, claim), { minLength: 10, maxLength: 40 });
  const law = fc.property(connect, steady, (first, rest) => {
    run([first, ...rest]);
  });
  fc.assert(law, { seed: 9, numRuns: 500 });
});

test("when nobody is heard any more it is offline in the end, with no timer left", () => {
  const law = fc.property(histories, (history) => {
    const world = run(history);
    world.pass(FOR_LONG);
    world.checkInvariants();
    const { state, connections } = world.state;
    expect([connections, world.timers]).toEqual([[], {}]);
    expect(state).toBe(world.seen.length > 0 ? "OFFLINE" : "UNKNOWN");
  });
  fc.assert(law, { seed: 5, numRuns: 1000 });
});

test("each change people are told of begins where the one before ended", () => {
  const law = fc.property(withRemovals, (history) => {
    const world = run(history);
    let state = "UNKNOWN";
    for (const event of world.seen) {
      if (event.type !== "presence.changed" && event.type !== "presence.removed") continue;
      expect(event.from).toBe(state);
      state = event.type === "presence.changed" ? event.to : "UNKNOWN";
      if (event.type === "presence.changed") expect(event.to).not.toBe(event.from);
    }
    expect(state).toBe(world.state.state);
  });
  fc.assert(law, { seed: 6, numRuns: 1000 });
});

test("told again at once, whatever it was, nothing changes", () => {
  const law = fc.property(
    histories,
    fc.oneof(connect, disconnect, hello, will, heartbeat),
    (history, act) => {
      const world = run([...history, act]);
      const { state } = world;
      act(world);
      expect(world.state).toBe(state);
    },
  );
  fc.assert(law, { seed: 7, numRuns: 500 });
});

type Signal = { readonly id: string; readonly reason?: CloseReason };

const ends = fc.option(reasons.filter((reason) => reason !== "revoked"));

/** Each session is told of once or twice, and so is its end, if it has one. */
const told = fc
  .array(fc.record({ isTwice: fc.boolean(), end: ends }), { minLength: 1, maxLength: 5 })
  .map((all) => all.flatMap((one, index) => signalsOf(`s${index}`, one)));

function signalsOf(
  id: string,
  one: { readonly isTwice: boolean; readonly end: CloseReason | null },
): Signal[] {
  const once = (): Signal[] => [{ id }, ...(one.end ? [{ id, reason: one.end }] : [])];
  return one.isTwice ? [...once(), ...once()] : once();
}

const MOST_SIGNALS = 20;
/** Where each signal comes in another order. */
const places = fc.array(fc.nat(1000), { minLength: MOST_SIGNALS, maxLength: MOST_SIGNALS });

function inOrder(signals: readonly Signal[]): PresenceWorld {
  const act = ({ id, reason }: Signal): Action =>
    reason ? (world) => world.closed(id, reason) : (world) => world.opened(id, 60_000);
  return run(signals.flatMap((signal) => [act(signal), (world: PresenceWorld) => world.pass(500)]));
}

test("in whatever order the signals of sessions come, the same are open, and the end is the same", () => {
  const law = fc.property(told, places, (signals, order) => {
    const shuffled = signals.toSorted(
      (a, b) => (order[signals.indexOf(a)] ?? 0) - (order[signals.indexOf(b)] ?? 0),
    );
    const [straight, other] = [inOrder(signals), inOrder(shuffled)];
    expect(other.openIds).toEqual(straight.openIds);
    const worlds = [straight, other];
    if (straight.openIds.length === 0) for (const world of worlds) world.pass(1_000_000);
    expect(other.state.state).toBe(straight.state.state);
    expect(straight.state.state).toBe(straight.openIds.length > 0 ? "ONLINE" : "OFFLINE");
  });
  fc.assert(law, { seed: 8, numRuns: 300 });
});

test("a gateway that reconnects in a loop is told of a few times, not each time", () => {
  const world = new PresenceWorld();
  for (let i = 0; i < 1000; i += 1) {
    world.opened(`s${i}`, 60_000);
    world.pass(500);
    world.closed(`s${i}`, "lost");
    world.pass(20_000);
  }
  expect(world.seen.filter(({ type }) => type === "presence.changed").length).toBeLessThan(20);
});
