import { REMEMBERED_REQUESTS } from "../../contracts/limits.ts";
import type { Context } from "../../runtime/actor.ts";
import type { TwinEvents } from "../contract.ts";
import { applyMergePatch } from "../merge-patch.ts";
import type { DesiredSection, TwinState } from "../state.ts";
import { stampLeaves } from "../times.ts";
import { applyToSection } from "./apply.ts";

export function desiredUpdated(
  state: TwinState,
  event: TwinEvents["twin.desired.updated"],
  { now, trace }: Context,
): TwinState {
  const { requestId } = event;
  const requests = requestId ? [...state.requests, requestId].slice(-REMEMBERED_REQUESTS) : state.requests;
  return {
    ...state,
    version: state.version + 1,
    desired: { ...desiredAfter(state.desired, event, now), ...(trace && { trace }) },
    ...profilesAfter(state, event),
    requests,
  };
}

function desiredAfter(
  desired: DesiredSection,
  { patch, bytes }: TwinEvents["twin.desired.updated"],
  now: number,
): DesiredSection {
  const section = applyToSection(desired, patch, now, bytes);
  return { ...section, versions: stampLeaves(desired.versions, desired.state, patch, section.version) };
}

function profilesAfter({ profiles }: TwinState, { patch, own = patch }: TwinEvents["twin.desired.updated"]) {
  return profiles && { profiles: { ...profiles, own: applyMergePatch(profiles.own, own) } };
}
