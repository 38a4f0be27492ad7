import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../contracts/limits.ts";
import { type PackedTwin, packTwin, unpackTwin } from "./document.ts";
import { exactBytes } from "./document-limits.ts";
import { EMPTY_TWIN, type TwinState } from "./state.ts";
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
});
