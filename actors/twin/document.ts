import type { JsonObject } from "../contracts/json.ts";
import { bytesBound } from "./document-limits.ts";
import { EMPTY_TWIN, type Section, type TwinState } from "./state.ts";
import type { Times } from "./times.ts";

/** A section nobody changed is 0. */
type PackedSection = 0 | readonly [state: JsonObject, times: Times, version: number, updateTime: number];

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
  return version === 0 ? 0 : [state, times, version, updateTime];
}

function unpackSection(packed: PackedSection, empty: Section): Section {
  if (packed === 0) return empty;
  const [state, times, version, updateTime] = packed;
  return { state, times, version, updateTime, bytes: bytesBound(state) };
}
