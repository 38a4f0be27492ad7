import { isJsonObject, type JsonObject } from "../contracts/json.ts";
import { OWN_SOURCE } from "../twin/profiles.ts";

/** The part of a twin's desired that no profile has set; `sources` as the full view of the twin shows them. */
export function ownOf(state: JsonObject, sources: JsonObject): JsonObject {
  const entries = Object.entries(state).flatMap(([key, value]) => {
    const source = sources[key];
    if (!isJsonObject(value) || !isJsonObject(source)) return source === OWN_SOURCE ? [[key, value]] : [];
    const own = ownOf(value, source);
    return Object.keys(own).length > 0 ? [[key, own]] : [];
  });
  return Object.fromEntries(entries);
}
