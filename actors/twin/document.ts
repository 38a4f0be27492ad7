import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";
import { bytesBound } from "./document-limits.ts";
import { EMPTY_TWIN, type Section, type TwinState } from "./state.ts";
import type { Times } from "./times.ts";

/** A section nobody changed is 0. A subtree whose leaves all have one time is that time alone. */
type PackedSection = 0 | readonly [state: JsonObject, times: JsonValue, version: number, updateTime: number];

/** A twin as it is stored: small, since a million of them are kept in memory. */
export type PackedTwin = readonly [
  version: number,
  desired: PackedSection,
  reported: PackedSection,
  boot: string | null,
  seq: number | null,
  pastBoots: readonly string[],
  requests: readonly string[],
];

export function packTwin(state: TwinState): PackedTwin {
  const { version, desired, reported, boot = null, seq = null, pastBoots, requests } = state;
  return [version, packSection(desired), packSection(reported), boot, seq, pastBoots, requests];
}

export function unpackTwin([
  version,
  desired,
  reported,
  boot,
  seq,
  pastBoots,
  requests,
]: PackedTwin): TwinState {
  return {
    version,
    desired: unpackSection(desired, EMPTY_TWIN.desired),
    reported: unpackSection(reported, EMPTY_TWIN.reported),
    ...(boot !== null && { boot }),
    ...(seq !== null && { seq }),
    pastBoots,
    requests,
  };
}

function packSection({ state, times, version, updateTime }: Section): PackedSection {
  return version === 0 ? 0 : [state, collapse(times) ?? 0, version, updateTime];
}

function unpackSection(packed: PackedSection, empty: Section): Section {
  if (packed === 0) return empty;
  const [state, times, version, updateTime] = packed;
  return { state, times: expand(times, state), version, updateTime, bytes: bytesBound(state) };
}

/** Undefined for a tree without leaves: it agrees with any time. */
function collapse(times: Times): number | JsonObject | undefined {
  const entries = Object.entries(times).map(
    ([key, value]) => [key, typeof value === "number" ? value : collapse(value)] as const,
  );
  const known = entries.filter(([, value]) => value !== undefined);
  const first = known[0]?.[1];
  if (known.every(([, value]) => value === first) && typeof first !== "object") return first;
  return Object.fromEntries(known) as JsonObject;
}

function expand(times: JsonValue | undefined, state: JsonObject): Times {
  const timeOf = (key: string) => (isJsonObject(times) ? times[key] : times);
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => {
      const time = timeOf(key);
      return [key, isJsonObject(value) ? expand(time, value) : typeof time === "number" ? time : 0];
    }),
  );
}
