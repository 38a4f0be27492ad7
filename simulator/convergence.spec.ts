import fc from "fast-check";
import { expect, test } from "vitest";
import { type GatewayModel, type Input, isSettled, newGateway, type Output, step } from "./gateway-model.ts";
import { difference, hashOf, isEmpty, isObject, type JsonObject, merge, sameJson } from "./json.ts";

// The other side, as the contract has it: deduplicates by boot and seq, answers hello, pushes wishes.
interface Server {
  readonly desired: JsonObject;
  readonly version: number;
  readonly reported: JsonObject;
  readonly boot: string;
  readonly seq: number;
  readonly oldBoots: readonly string[];
}

interface World {
  readonly model: GatewayModel;
  readonly server: Server;
  readonly upward: readonly Output[];
  readonly downward: readonly Input[];
}

const carries = ["carryUp", "carryDown", "carryUp", "carryDown", "join"] as const;
const breaks = ["lose", "resync", "powerCycle"] as const;

type Move =
  | { readonly kind: "wish"; readonly patch: JsonObject }
  | { readonly kind: "sample"; readonly state: JsonObject }
  | { readonly kind: (typeof carries)[number] | (typeof breaks)[number] };

function feed(world: World, input: Input): World {
  const { model, outputs } = step(world.model, input);
  return { ...world, model, upward: [...world.upward, ...outputs] };
}

function deltaFor({ desired, reported, version }: Server): Input[] {
  const state = difference(desired, reported);
  return isEmpty(state) ? [] : [{ type: "delta", version, state, now: 0 }];
}

/** Did the gateway say of something wished for that it is otherwise? */
function contradicts({ desired, reported }: Server, said: unknown): boolean {
  const wished = Object.entries(desired).filter(([key]) => isObject(said) && Object.hasOwn(said, key));
  return !isEmpty(difference(Object.fromEntries(wished), reported));
}

function receive(server: Server, { topic, body, id }: Output): { server: Server; answers: Input[] } {
  const boot = String(body.boot);
  const fresh = boot !== server.boot && !server.oldBoots.includes(boot);
  const joined = fresh ? { ...server, boot, seq: 0, oldBoots: [...server.oldBoots, server.boot] } : server;
  if (topic === "hello") return { server: joined, answers: deltaFor(joined) };
  const seq = Number(body.seq);
  const applies = boot === joined.boot && seq > joined.seq && isObject(body.state);
  const reported = applies && isObject(body.state) ? merge(joined.reported, body.state) : joined.reported;
  const answers: Input[] = [
    { type: "pubacked", id: id ?? 0 },
    { type: "acked", boot, seq },
  ];
  const next = applies ? { ...joined, seq, reported } : joined;
  return {
    server: next,
    answers: applies && contradicts(next, body.state) ? [...answers, ...deltaFor(next)] : answers,
  };
}

function carryUp(world: World): World {
  const [first, ...upward] = world.upward;
  if (!first) return world;
  const { server, answers } = receive(world.server, first);
  return { ...world, server, upward, downward: [...world.downward, ...answers] };
}

function carryDown(world: World): World {
  const [first, ...downward] = world.downward;
  return first ? feed({ ...world, downward }, first) : world;
}

function wish(world: World, patch: JsonObject): World {
  const desired = merge(world.server.desired, patch);
  if (sameJson(desired, world.server.desired)) return world;
  const server = { ...world.server, desired, version: world.server.version + 1 };
  return pushed({ ...world, server }, deltaFor(server));
}

function resync(world: World): World {
  const { desired: state, version } = world.server;
  return pushed(world, [{ type: "desired", version, state, hash: hashOf(state), now: 0 }]);
}

function pushed(world: World, messages: readonly Input[]): World {
  return world.model.connected ? { ...world, downward: [...world.downward, ...messages] } : world;
}

/** Everything under way is gone, in both directions. */
function lose(world: World, input: Input): World {
  return { ...feed(world, input), upward: [], downward: [] };
}

function play(world: World, move: Move, turn: number): World {
  switch (move.kind) {
    case "wish":
      return wish(world, move.patch);
    case "sample":
      return feed(world, { type: "sampled", state: move.state, now: turn });
    case "carryUp":
      return carryUp(world);
    case "carryDown":
      return carryDown(world);
    case "lose":
      return lose(world, { type: "linkDown" });
    case "powerCycle":
      return lose(world, { type: "powerCycled", boot: `boot-${turn}` });
    case "join":
      return world.model.connected ? world : feed(world, { type: "linkUp", now: turn });
    case "resync":
      return resync(world);
  }
}

function calm(world: World): World {
  let calmed = play(world, { kind: "join" }, 0);
  while (calmed.upward.length + calmed.downward.length > 0) calmed = carryDown(carryUp(calmed));
  return calmed;
}

const key = fc.constantFrom("a", "b", "c");
const { patch } = fc.letrec<{ patch: JsonObject; value: unknown }>((tie) => ({
  patch: fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: "patch" },
    fc.constantFrom(1, 2, "x", true, [1, null], null),
    tie("patch"),
  ),
}));
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant("wish" as const), patch }),
  fc.record({ kind: fc.constant("sample" as const), state: fc.record({ load: fc.nat(9) }) }),
  fc.record({ kind: fc.constantFrom(...carries) }),
  fc.record({ kind: fc.constantFrom(...breaks) }),
);

const beginning: World = {
  model: newGateway("boot-first"),
  server: { desired: {}, version: 0, reported: {}, boot: "none", seq: 0, oldBoots: [] },
  upward: [],
  downward: [],
};

test("law: whatever was lost, a calm phase ends with reported equal to desired and nothing lost", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const { model, server } = calm(moves.reduce(play, beginning));
      expect(isSettled(model)).toBe(true);
      expect(difference(server.desired, server.reported)).toEqual({});
      expect(sameJson(server.reported, model.reported)).toBe(true);
      expect(model.tally.acknowledged).toBe(model.counter);
      expect(server.reported.counter ?? 0).toBe(model.ackedCounter);
    }),
    { numRuns: 5000, seed: 20_261_121 },
  );
});
