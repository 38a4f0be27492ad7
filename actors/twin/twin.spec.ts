import fc from "fast-check";
import { expect, test } from "vitest";
import {
  at,
  jsonPatch,
  naiveMerge,
  patches,
  refusal,
  replace,
  report,
  sections,
  step,
  twin,
  twinOfSize,
  update,
} from "../../test/helpers/twin-builders.ts";
import { DomainError } from "../contracts/errors.ts";
import type { JsonObject, JsonValue } from "../contracts/json.ts";
import type { TwinCommand, TwinEvent } from "./contract.ts";
import { deltaOf } from "./merge-patch.ts";
import { EMPTY_TWIN, type TwinState } from "./state.ts";
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

const reports = fc
  .tuple(patches, merged(positions, versions("version")))
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
        const changes = [state.desired, state.reported].map((section) => JSON.stringify(section.state));
        const changed =
          changes.join() !==
          [before.desired, before.reported].map(({ state: s }) => JSON.stringify(s)).join();
        expect(grown).toBe(changed ? 1 : 0);
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

test("whenever desired changes, the gateway is sent the delta it has then", () => {
  fc.assert(
    fc.property(
      histories,
      fc.oneof(
        patches.map((patch) => update(patch)),
        sections.map((s) => replace(s)),
      ),
      (history, change) => {
        const { state, downlinks, events } = take(run(history).state, change, 60) as ReturnType<typeof step>;
        const delta = events?.length ? deltaOf(state.desired.state, state.reported.state) : undefined;
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

test("a section is refused exactly when its text is larger than the limit", () => {
  const limit = 120;
  const small = twinOfSize(limit);
  const changes = fc.array(
    fc.oneof(
      patches.map((patch) => report(patch)),
      patches.map((patch) => update(patch)),
      sections.map((s) => replace(s)),
    ),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(changes, (history) => {
      let state = EMPTY_TWIN;
      for (const command of history) {
        const section = command.name === "reportState" ? "reported" : "desired";
        const wanted = step(state, command).state[section];
        const size = Buffer.byteLength(JSON.stringify(wanted.state));
        if (size > limit) {
          const error = refusal(() => step(state, command, 1, small));
          expect([error.type, error.data.size]).toEqual(["SECTION_TOO_LARGE", size]);
        } else {
          state = step(state, command, 1, small).state;
          expect(state[section].state).toEqual(wanted.state);
          expect(state[section].bytes).toBeGreaterThanOrEqual(size);
        }
      }
    }),
  );
});
