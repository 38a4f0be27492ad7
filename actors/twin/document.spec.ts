import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, lay, layer, report, update } from "../../test/helpers/twin-builders.ts";
import { DEFAULT_LIMITS } from "../contracts/limits.ts";
import { type PackedTwin, packTwin, unpackTwin } from "./document.ts";
import { exactBytes } from "./document-limits.ts";
import { EMPTY_TWIN, type TwinState } from "./state.ts";
import { syncOf } from "./sync.ts";
import { twinActor } from "./twin.ts";

const twin = twinActor({ limits: DEFAULT_LIMITS });
const value = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.constant({}),
  fc.dictionary(fc.string(), fc.integer(), { maxKeys: 3 }),
);
const patches = fc.array(fc.dictionary(fc.stringMatching(/^[a-e]$/), fc.oneof(value, fc.constant(null))), {
  maxLength: 8,
});

function twinAfter(reports: readonly Record<string, never>[]): TwinState {
  let state = EMPTY_TWIN;
  for (const [index, patch] of reports.entries()) {
    const context = { actorId: "gw-1", now: 1000 + index };
    const command = { name: "reportState" as const, params: { patch, boot: `b${index % 3}`, seq: index } };
    for (const event of twin.decide(state, command, context).events ?? [])
      state = twin.evolve(state, event, context);
  }
  return state;
}

const stored = (state: TwinState) => unpackTwin(JSON.parse(JSON.stringify(packTwin(state))) as PackedTwin);

describe("a stored twin", () => {
  it("comes back as it was, with a bound of its size that still holds", () => {
    const law = fc.property(patches, (reports) => {
      const before = twinAfter(reports as Record<string, never>[]);
      const { reported, ...rest } = stored(before);
      expect(reported.bytes).toBeGreaterThanOrEqual(exactBytes(reported.state));
      expect({ ...rest, reported: { ...reported, bytes: before.reported.bytes } }).toEqual(before);
    });
    fc.assert(law, { seed: 7 });
  });

  it("costs little more than its states when all leaves were reported together", () => {
    const state = Object.fromEntries(
      Array.from({ length: 16 }, (_, i) => [`measurement-${i}`, 1_000_000_000 + i]),
    );
    const twinState = twinAfter([state as Record<string, never>]);
    expect(exactBytes(packTwin(twinState) as never)).toBeLessThan(exactBytes(state) + 60);
  });

  it("keeps its profiles, what is its own, and since when each value is wished", () => {
    const before = twinWith();
    const { desired, ...rest } = stored(before);
    expect({ ...rest, desired: { ...desired, bytes: 0 }, reported: 0 }).toEqual({
      ...before,
      desired: { ...before.desired, bytes: 0 },
      reported: 0,
    });
    expect(desired.versions).toEqual({ a: 3, b: 1, c: 2 });
  });

  it("costs nothing more without profiles, and while all of desired changed together", () => {
    expect(packTwin(twinAfter([]))).toHaveLength(7);
    const [, desired] = packTwin(desiredAfter());
    expect(desired).toHaveLength(4);
  });

  it("is read as it was written before there were profiles and answers", () => {
    const text = '[4,[{"a":1,"b":2},5,3,5],[{"a":{"value":0,"code":400,"version":3}},6,1,6],"b",1,[],[]]';
    const old: PackedTwin = JSON.parse(text);
    const state = unpackTwin(old);
    expect(state).not.toHaveProperty("profiles");
    expect(syncOf(state)).toMatchObject({ state: "open", refused: [{ path: "/a" }] });
    expect(JSON.stringify(packTwin(state))).toBe(text);
  });
});

const twinWith = () =>
  after(update({ a: 1, b: 1 }), lay(layer("p", { a: 5, c: 5 })), update({ a: 7 }), report({ a: 7 }));
const desiredAfter = () => after(update({ a: 1, b: { c: 1 } }));
