import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";

/**
 * When the leaves of a section last changed, in epoch milliseconds. A number speaks for all leaves below it: most
 * gateways report everything at once, so most twins need one number instead of a tree.
 */
export type Times = number | { readonly [key: string]: Times };

/** The same, with the time of each leaf. */
export type LeafTimes = { readonly [key: string]: number | LeafTimes };

/** The times after a (minimal) merge patch was applied to `before` at `now`. */
export function stampTimes(times: Times, before: JsonObject, patch: JsonObject, now: number): Times {
  if (coversAll(before, patch)) return now;
  const result: Record<string, Times> = {};
  for (const key of Object.keys(before)) if (!Object.hasOwn(patch, key)) result[key] = timesAt(times, key);
  for (const key of Object.keys(patch)) {
    const value = patch[key] as JsonValue;
    if (isJsonObject(value)) result[key] = stampTimes(timesAt(times, key), objectAt(before, key), value, now);
    else if (value !== null) result[key] = now;
  }
  return result;
}

/** Does the patch name every leaf there is? */
function coversAll(before: JsonObject, patch: JsonObject): boolean {
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(patch, key)) return false;
    const value = patch[key] as JsonValue;
    if (isJsonObject(value) && !coversAll(objectAt(before, key), value)) return false;
  }
  return true;
}

export function leafTimes(times: Times, state: JsonObject): LeafTimes {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => {
      const below = timesAt(times, key);
      return [key, isJsonObject(value) ? leafTimes(below, value) : typeof below === "number" ? below : 0];
    }),
  );
}

function timesAt(times: Times, key: string): Times {
  if (typeof times === "number") return times;
  return Object.hasOwn(times, key) ? (times[key] ?? 0) : 0;
}

function objectAt(state: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(state, key) ? state[key] : undefined;
  return isJsonObject(value) ? value : {};
}
