import { REMEMBERED_REQUESTS } from "../../contracts/limits.ts";
import type { Context } from "../../runtime/actor.ts";
import type { TwinEvents } from "../contract.ts";
import type { TwinState } from "../state.ts";
import { applyToSection } from "./apply.ts";

export function desiredUpdated(
  state: TwinState,
  { patch, requestId, bytes }: TwinEvents["twin.desired.updated"],
  { now }: Context,
): TwinState {
  const desired = applyToSection(state.desired, patch, now, bytes);
  const requests = requestId ? [...state.requests, requestId].slice(-REMEMBERED_REQUESTS) : state.requests;
  return { ...state, version: state.version + 1, desired, requests };
}
