import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";

/** When each leaf of a section last changed: the section's shape with epoch milliseconds in its leaves. */
export type Times = { readonly [key: string]: number | Times };

/** The times after a (minimal) merge patch was applied at `now`. */
export function stampTimes(times: Times, patch: JsonObject, now: number): Times {
  const result: Record<string, number | Times> = { ...times };
  for (const key of Object.keys(patch)) {
    const value = patch[key] as JsonValue;
    if (value === null) delete result[key];
    else if (isJsonObject(value)) result[key] = stampTimes(subTimes(times, key), value, now);
    else result[key] = now;
  }
  return result;
}

function subTimes(times: Times, key: string): Times {
  const below = Object.hasOwn(times, key) ? times[key] : undefined;
  return typeof below === "object" ? below : {};
}
