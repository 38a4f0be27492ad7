import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";

/**
 * What was noted of each leaf of a section when it last changed. A plain stamp speaks for all leaves below it: most
 * gateways report everything at once, so most twins need one number instead of a tree.
 */
export type Stamps<Stamp extends number | string> = Stamp | { readonly [key: string]: Stamps<Stamp> };

/** The same, with the stamp of each leaf. */
export type LeafStamps<Stamp extends number | string> = {
  readonly [key: string]: Stamp | LeafStamps<Stamp>;
};

/** When, in epoch milliseconds. */
export type Times = Stamps<number>;
export type LeafTimes = LeafStamps<number>;

/** The stamps after a merge patch was applied to `before`. */
export function stampLeaves<Stamp extends number | string>(
  stamps: Stamps<Stamp>,
  before: JsonObject,
  patch: JsonObject,
  stamp: Stamp,
): Stamps<Stamp> {
  if (coversAll(before, patch)) return stamp;
  const result: Record<string, Stamps<Stamp>> = {};
  for (const key in before) if (!Object.hasOwn(patch, key)) result[key] = stampsAt(stamps, key) ?? stamp;
  for (const key in patch) {
    const value = patch[key] as JsonValue;
    if (isJsonObject(value))
      result[key] = stampLeaves(stampsAt(stamps, key) ?? stamp, objectAt(before, key), value, stamp);
    else if (value !== null) result[key] = stamp;
  }
  return result;
}

/** Does the patch name every leaf there is? */
function coversAll(before: JsonObject, patch: JsonObject): boolean {
  for (const key in before) {
    if (!Object.hasOwn(patch, key)) return false;
    const value = patch[key] as JsonValue;
    if (isJsonObject(value) && !coversAll(objectAt(before, key), value)) return false;
  }
  return true;
}

export function leafTimes(times: Times, state: JsonObject): LeafTimes {
  return leafStamps(times, state, 0);
}

/** `unknown` stands where there is no stamp. */
export function leafStamps<Stamp extends number | string>(
  stamps: Stamps<Stamp>,
  state: JsonObject,
  unknown: Stamp,
): LeafStamps<Stamp> {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => {
      const below = stampsAt(stamps, key) ?? unknown;
      return [key, isJsonObject(value) ? leafStamps(below, value, unknown) : isTree(below) ? unknown : below];
    }),
  );
}

export function stampsAt<Stamp extends number | string>(
  stamps: Stamps<Stamp>,
  key: string,
): Stamps<Stamp> | undefined {
  if (!isTree(stamps)) return stamps;
  return Object.hasOwn(stamps, key) ? stamps[key] : undefined;
}

function isTree<Stamp extends number | string>(
  stamps: Stamps<Stamp>,
): stamps is { readonly [key: string]: Stamps<Stamp> } {
  return typeof stamps === "object";
}

function objectAt(state: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(state, key) ? state[key] : undefined;
  return isJsonObject(value) ? value : {};
}
