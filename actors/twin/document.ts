import type { JsonObject } from "../contracts/json.ts";
import type { Trace } from "../runtime/spans.ts";
import { bytesBound } from "./document-limits.ts";
import { type DesiredSection, EMPTY_TWIN, type Profiles, type Section, type TwinState } from "./state.ts";
import type { Stamps, Times } from "./times.ts";

/** A section nobody changed is 0. */
type PackedSection = 0 | readonly [state: JsonObject, times: Times, version: number, updateTime: number];
/** Without `versions` all leaves are taken to have changed last. */
type PackedDesired =
  | PackedSection
  | readonly [...Exclude<PackedSection, 0>, versions: Stamps<number>, trace?: Trace];
type PackedLayer = readonly [profileId: string, revision: number, priority: number, desired: JsonObject];
type PackedProfiles = readonly [own: JsonObject, layers: readonly PackedLayer[]];

/** A twin as it is stored: small, since a million of them are kept in memory. */
export type PackedTwin = readonly [
  version: number,
  desired: PackedDesired,
  reported: PackedSection,
  boot: string | null,
  seq: number | null,
  pastBoots: readonly string[],
  requests: readonly string[],
  profiles?: PackedProfiles,
];

export function packTwin(state: TwinState): PackedTwin {
  const { version, desired, reported, boot = null, seq = null, pastBoots, requests, profiles } = state;
  const packed = [packDesired(desired), packSection(reported), boot, seq, pastBoots, requests] as const;
  return profiles ? [version, ...packed, packProfiles(profiles)] : [version, ...packed];
}

export function unpackTwin([
  version,
  desired,
  reported,
  boot,
  seq,
  pastBoots,
  requests,
  profiles,
]: PackedTwin): TwinState {
  return {
    version,
    desired: desired === 0 ? EMPTY_TWIN.desired : unpackDesired(desired),
    reported: reported === 0 ? EMPTY_TWIN.reported : unpackSection(reported),
    ...(profiles && { profiles: unpackProfiles(profiles) }),
    ...(boot !== null && { boot }),
    ...(seq !== null && { seq }),
    pastBoots,
    requests,
  };
}

function packSection({ state, times, version, updateTime }: Section): PackedSection {
  return version === 0 ? 0 : [state, times, version, updateTime];
}

function packDesired(desired: DesiredSection): PackedDesired {
  const packed = packSection(desired);
  const { versions, version, trace } = desired;
  if (packed !== 0 && trace !== undefined) return [...packed, versions, trace];
  return packed === 0 || versions === version ? packed : [...packed, versions];
}

function packProfiles({ own, layers }: Profiles): PackedProfiles {
  return [
    own,
    layers.map(({ profileId, revision, priority, desired }) => [profileId, revision, priority, desired]),
  ];
}

function unpackSection([state, times, version, updateTime]: Exclude<PackedSection, 0>): Section {
  return { state, times, version, updateTime, bytes: bytesBound(state) };
}

function unpackDesired(packed: Exclude<PackedDesired, 0>): DesiredSection {
  const [state, times, version, updateTime, versions = version, trace] = packed;
  return { ...unpackSection([state, times, version, updateTime]), versions, ...(trace && { trace }) };
}

function unpackProfiles([own, layers]: PackedProfiles): Profiles {
  return {
    own,
    layers: layers.map(([profileId, revision, priority, desired]) => ({
      profileId,
      revision,
      priority,
      desired,
    })),
  };
}
