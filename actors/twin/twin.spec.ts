import fc from "fast-check";
import { expect, test } from "vitest";
import {
  at,
  jsonPatch,
  lay,
  layer,
  naiveMerge,
  patches,
  replace,
  report,
  sections,
  step,
  twin,
  update,
} from "../../test/helpers/twin-builders.ts";
import { DomainError } from "../contracts/errors.ts";
import type { JsonObject, JsonValue } from "../contracts/json.ts";
import type { TwinCommand, TwinEvent } from "./contract.ts";
import { ownDesired } from "./profiles.ts";
import { EMPTY_TWIN, type TwinState } from "./state.ts";
import { openDelta, syncOf } from "./sync.ts";
import type { TwinActor } from "./twin.ts";

const given = <Value>(name: string, value: fc.Arbitrary<Value>) =>
  fc.oneof(
    fc.constant({}),
    value.map((is) => ({ [name]: is })),
  );
const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as object);

const boots = fc.constantFrom("b1", "b2", "b3");
const positions = merged(given("boot", boots), given("seq", fc.nat(6)), given("token", fc.constant("t")));
const versions = (name: string) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, given(name, fc.nat(8)));
const requests = merged(given("requestId", fc.constantFrom("r1", "r2", "r3")), versions("expectedVersion"));
const operations = fc.oneof(
  sections.map((value): JsonValue => ({ op: "add", path: "/a", value })),
  fc.constantFrom<JsonValue[]>(
    { op: "add", path: "/a/-", value: 1 },
    { op: "remove", path: "/b" },
    { op: "copy", from: "/a", path: "/c" },
    { op: "move", from: "/c", path: "/b" },
  ),
);

const answers = fc.record(
  {
    value: fc.constantFrom<JsonValue[]>(0, 1, "x"),
    code: fc.constantFrom(200, 202, 400),
    version: fc.nat(4),
    text: fc.constant("t"),
  },
  { requiredKeys: ["value", "code"], noNullPrototype: true },
);
const answerPatches = fc.dictionary(fc.constantFrom("a", "b", "c"), answers, {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
});
const layers = fc
  .tuple(
    ...["p1", "p2"].map((id) =>
      fc.tuple(sections, fc.nat(2)).map(([d, priority]) => layer(id, d, { priority })),
    ),
  )
  .chain((all) => fc.subarray(all));

const reports = fc
  .tuple(fc.oneof(patches, answerPatches), merged(positions, versions("version")))
  .map(([patch, more]) => report(patch, more));
const commands: fc.Arbitrary<TwinCommand> = fc.oneof(
  { weight: 6, arbitrary: reports },
  { weight: 3, arbitrary: fc.tuple(patches, requests).map(([patch, more]) => update(patch, more)) },
  { weight: 2, arbitrary: fc.tuple(sections, requests).map(([state, more]) => replace(state, more)) },
  // adding to an array is only applied once thanks to the request id
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.array(operations, { maxLength: 3 }), requests, fc.uuid())
      .map(([list, more, requestId]) => jsonPatch(list, { requestId, ...more })),
  },
  { weight: 2, arbitrary: layers.map((laid) => lay(...laid)) },
  {
    weight: 1,
    arbitrary: fc.boolean().map((full): TwinCommand => ({ name: "sendDesired", params: { full } })),
  },
  { weight: 2, arbitrary: boots.map((boot): TwinCommand => ({ name: "hello", params: { boot } })) },
  { weight: 1, arbitrary: fc.constant<TwinCommand>({ name: "sendTwin", params: {} }) },
  { weight: 1, arbitrary: fc.constant<TwinCommand>({ name: "removeTwin", params: { by: "ann" } }) },
);
const histories = fc.array(commands, { maxLength: 30 });

type Committed = { readonly now: number; readonly event: TwinEvent };

/** As the host does it: a refused message changes nothing. */
function take(state: TwinState, command: TwinCommand, now: number, actor: TwinActor = twin) {
  try {
    return step(state, command, now, actor);
  } catch (error) {
    if (error instanceof DomainError) return { state, events: [] };
    throw error;
  }
}

function run(history: readonly TwinCommand[]): { state: TwinState; log: Committed[]; states: TwinState[] } {
  let state = EMPTY_TWIN;
  const log: Committed[] = [];
  const states = [state];
  for (const [now, command] of history.entries()) {
    const decided = take(state, command, now);
    for (const event of decided.events ?? []) log.push({ now, event });
    state = decided.state;
    states.push(state);
  }
  return { state, log, states };
}

test("the state is the fold of the stored events, read back from their text", () => {
  fc.assert(
    fc.property(histories, (history) => {
      const { state, log } = run(history);
      const stored = JSON.parse(JSON.stringify(log)) as Committed[];
      const replayed = stored.reduce(
        (now, entry) => twin.evolve(now, entry.event, at(entry.now)),
        EMPTY_TWIN,
      );
      expect(replayed).toEqual(state);
    }),
  );
});

/** Only a bound of the size may differ; see the limit's own test. */
const withoutBounds = (state: TwinState) => ({
  ...state,
  desired: { ...state.desired, bytes: 0 },
  reported: { ...state.reported, bytes: 0 },
});

test("a snapshot read back from its text goes on like the state it was made of", () => {
  fc.assert(
    fc.property(histories, commands, (history, next) => {
      const { state } = run(history);
      fc.pre(!twin.isEmpty(state));
      const loaded = twin.unpack(JSON.parse(JSON.stringify(twin.pack(state))));
      const [fromLoaded, direct] = [take(loaded, next, 99), take(state, next, 99)];
      expect({ ...fromLoaded, state: withoutBounds(fromLoaded.state) }).toEqual({
        ...direct,
        state: withoutBounds(direct.state),
      });
    }),
  );
});

test("a message taken twice is taken once", () => {
  fc.assert(
    fc.property(histories, commands, (history, command) => {
      const once = take(run(history).state, command, 50).state;
      const again = take(once, command, 51);
      expect(again.state).toBe(once);
      expect(again.events ?? []).toEqual([]);
    }),
  );
});

test("the versions add up, and only a removal lets them fall", () => {
  fc.assert(
    fc.property(histories, (history) => {
      const { states } = run(history);
      for (const [index, state] of states.slice(1).entries()) {
        const before = states[index] as TwinState;
        expect(state.version).toBe(state.desired.version + state.reported.version);
        if (history[index]?.name === "removeTwin") continue;
        const grown = state.version - before.version;
        const documents = ({ desired, reported, ...rest }: TwinState) =>
          JSON.stringify([desired.state, ownDesired({ desired, reported, ...rest }), reported.state]);
        expect(grown).toBe(documents(state) !== documents(before) ? 1 : 0);
      }
    }),
  );
});

test("an update names the versions that the twin and the section have after it", () => {
  fc.assert(
    fc.property(histories, (history) => {
      let state = EMPTY_TWIN;
      for (const { now, event } of run(history).log) {
        state = twin.evolve(state, event, at(now));
        if (!("versions" in event)) continue;
        const section = event.type === "twin.desired.updated" ? state.desired : state.reported;
        expect(event.versions).toEqual([state.version, section.version]);
      }
    }),
  );
});

type Told = { readonly state: string; readonly desiredVersion: number };

/** How the twin stands by the word of its events. */
function follow(told: Told, event: TwinEvent): Told {
  if (event.type === "twin.removed") return { state: "synced", desiredVersion: 0 };
  if (!("sync" in event) || !event.sync) return told;
  if (event.type === "twin.reported.updated") expect(event.sync).not.toEqual(told);
  return event.sync;
}

test("who follows the events knows how the twin stands, and of each change of that", () => {
  fc.assert(
    fc.property(histories, (history) => {
      let [state, told]: [TwinState, Told] = [EMPTY_TWIN, { state: "synced", desiredVersion: 0 }];
      for (const { now, event } of run(history).log) {
        state = twin.evolve(state, event, at(now));
        told = follow(told, event);
        if (event.type === "twin.profiles.laid") continue;
        expect(told).toEqual({ ...syncOf(state), desiredVersion: state.desired.version });
      }
    }),
  );
});

test("only events that say something about being in sync, about an end, or of a hello are more than routine", () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const { event } of run(history).log) {
        const isHello = event.type === "twin.position.advanced" && event.seq === undefined;
        const isNews = "sync" in event || "by" in event || "layers" in event || isHello;
        expect(twin.isRoutine?.(event)).toBe(!isNews);
      }
    }),
  );
});

test("whenever desired changes, the gateway is sent what it lacks then and has not refused", () => {
  fc.assert(
    fc.property(
      histories,
      fc.oneof(
        patches.map((patch) => update(patch)),
        sections.map((s) => replace(s)),
      ),
      (history, change) => {
        const { state, downlinks, events } = take(run(history).state, change, 60) as ReturnType<typeof step>;
        const delta = events?.length ? openDelta(state) : undefined;
        const payload = { version: state.desired.version, state: delta, ts: 60 };
        expect(downlinks ?? []).toEqual(delta ? [{ gatewayId: "gw-1", topic: "delta", payload }] : []);
      },
    ),
  );
});

type Message = { readonly boot: string; readonly seq: number; readonly patch: JsonObject };
const messages: fc.Arbitrary<Message> = fc.record({
  boot: fc.constantFrom("b1", "b2", "b3", "b4"),
  seq: fc.nat(5),
  patch: patches,
});
const reportOf = ({ patch, boot, seq }: Message) => report(patch, { boot, seq });

/** Independent of the actor: what counts is only whether a message is later than every one before it. */
function inOrder(delivered: readonly Message[]): Message[] {
  const boots = [...new Set(delivered.map(({ boot }) => boot))];
  const rank = ({ boot, seq }: Message) => boots.indexOf(boot) * 1000 + seq;
  return delivered.filter((message, index) =>
    delivered.slice(0, index).every((earlier) => rank(earlier) < rank(message)),
  );
}

test("reported is the merge of the messages that came in their order; what came too late left no trace", () => {
  fc.assert(
    fc.property(fc.array(messages, { maxLength: 25 }), (delivered) => {
      const expected = inOrder(delivered).reduce<JsonValue>(
        (state, { patch }) => naiveMerge(state, patch),
        {},
      );
      expect(run(delivered.map(reportOf)).state.reported.state).toEqual(expected);
    }),
  );
});

test("messages that come again, in any order and at any time, change nothing", () => {
  const scenario = fc
    .array(messages, { minLength: 1, maxLength: 12 })
    .chain((delivered) => fc.tuple(fc.constant(delivered), fc.shuffledSubarray(delivered)));
  fc.assert(
    fc.property(scenario, ([delivered, again]) => {
      const { state } = run(delivered.map(reportOf));
      for (const message of again) {
        const late = step(
          state,
          report({ ...message.patch, late: true }, { boot: message.boot, seq: message.seq }),
        );
        expect(late.state).toBe(state);
        expect(late.reply).toMatchObject([
          { topic: "ack", payload: { boot: message.boot, seq: message.seq } },
        ]);
      }
    }),
  );
});
