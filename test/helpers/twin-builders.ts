import fc from "fast-check";
import { expect } from "vitest";
import { DomainError, type ErrorType } from "../../actors/contracts/errors.ts";
import type { JsonObject, JsonValue } from "../../actors/contracts/json.ts";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import type { Context, Decision } from "../../actors/runtime/actor.ts";
import type {
  ProfileLayer,
  TwinCommand,
  TwinCommands,
  TwinEvent,
  TwinReply,
} from "../../actors/twin/contract.ts";
import { EMPTY_TWIN, type TwinState } from "../../actors/twin/state.ts";
import { type TwinActor, twinActor } from "../../actors/twin/twin.ts";

export const twin = twinActor({ limits: DEFAULT_LIMITS });

/** The same twin with small sections, so that their limit is easily reached. */
export const twinOfSize = (sectionBytes: number) =>
  twinActor({ limits: { ...DEFAULT_LIMITS, sectionBytes } });

export const at = (now: number): Context => ({ actorId: "gw-1", now });

type Step = Decision<TwinEvent, TwinReply> & { readonly state: TwinState };

/** What one command does to a twin. */
export function step(state: TwinState, command: TwinCommand, now = 1000, actor: TwinActor = twin): Step {
  const decision = actor.decide(state, command, at(now));
  const next = (decision.events ?? []).reduce((before, event) => actor.evolve(before, event, at(now)), state);
  return { ...decision, state: next };
}

/** The twin after all commands; the first happens at 1, each later one a millisecond later. */
export function after(...commands: readonly TwinCommand[]): TwinState {
  return commands.reduce((state, command, index) => step(state, command, index + 1).state, EMPTY_TWIN);
}

export const report = (
  patch: JsonObject,
  more: Omit<TwinCommands["reportState"]["params"], "patch"> = {},
): TwinCommand => ({ name: "reportState", params: { patch, ...more } });

type Provenance = Partial<Omit<TwinCommands["updateDesired"]["params"], "patch">>;

export const update = (patch: JsonObject, more: Provenance = {}): TwinCommand => ({
  name: "updateDesired",
  params: { by: "ann", ...more, patch },
});

export const replace = (state: JsonObject, more: Provenance = {}): TwinCommand => ({
  name: "replaceDesired",
  params: { by: "ann", ...more, state },
});

export const jsonPatch = (operations: readonly JsonValue[], more: Provenance = {}): TwinCommand => ({
  name: "patchDesired",
  params: { by: "ann", ...more, operations },
});

export const hello = (params: TwinCommands["hello"]["params"]): TwinCommand => ({ name: "hello", params });

export const layer = (
  profileId: string,
  desired: JsonObject,
  more: Partial<Pick<ProfileLayer, "revision" | "priority">> = {},
): ProfileLayer => ({ profileId, revision: 1, priority: 0, ...more, desired });

export const lay = (...layers: readonly ProfileLayer[]): TwinCommand => ({
  name: "layProfiles",
  params: { layers },
});

/** The error with which `act` is refused. */
export function refusal(act: () => unknown): DomainError {
  try {
    act();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

export function expectRefused(act: () => unknown, type: ErrorType, data: object = {}): void {
  const error = refusal(act);
  expect({ type: error.type, data: error.data }).toMatchObject({ type, data });
}

/** A section object whose JSON text has exactly this many bytes. */
export const sectionOf = (bytes: number): JsonObject => ({ k: "x".repeat(bytes - '{"k":""}'.length) });

/** Objects nested this many levels deep, the root counted. */
export function nested(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 1; level < levels; level += 1) value = { a: value };
  return value;
}

const keys = fc.constantFrom("a", "b", "c", "", "ключ", "constructor", "toString", "hasOwnProperty");
const scalars = fc.constantFrom<JsonValue[]>(0, 1, -2.5, 1e21, "", "x", "é😀", "\u0001", true, false);
const inArrays = fc.oneof(scalars, fc.constant(null), fc.constant({ a: null }), fc.constant({ b: [1] }));
const arrays = fc.array(inArrays, { maxLength: 3 });

const documents = (member: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> =>
  fc.dictionary(keys, member, { maxKeys: 4, noNullPrototype: true });

const level2 = fc.oneof(scalars, arrays, documents(scalars));
const patchLevel2 = fc.oneof(fc.constant(null), level2, documents(fc.oneof(scalars, fc.constant(null))));

/** States of sections: no member is null, except inside arrays. Few keys, so that two of them often meet. */
export const sections = documents(fc.oneof(level2, documents(level2)));
/** Merge patches for them. */
export const patches = documents(fc.oneof(patchLevel2, documents(patchLevel2)));

export const parsed = (text: string): JsonObject => JSON.parse(text) as JsonObject;

/** RFC 7396, word for word from the RFC's pseudocode. */
export function naiveMerge(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === "object" && target !== null && !Array.isArray(target);
  const result = new Map<string, JsonValue>(isObject ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, naiveMerge(result.get(name), value));
  }
  return Object.fromEntries(result);
}

/** Fails when anything became visible on every object or function. */
export function expectNothingPolluted(): void {
  expect(Reflect.ownKeys({})).toEqual([]);
  const names = Object.getOwnPropertyNames(Object.prototype).sort();
  expect(names).toEqual(PROTOTYPE_NAMES);
  for (const name of ["toString", "hasOwnProperty"] as const) {
    expect(Object.getOwnPropertyNames(Object.prototype[name]).sort()).toEqual(["length", "name"]);
  }
}

const PROTOTYPE_NAMES = Object.getOwnPropertyNames(Object.prototype).sort();
