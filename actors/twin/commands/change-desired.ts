import type { JsonObject } from "../../contracts/json.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { ChangeRequest, TwinEvent, TwinView } from "../contract.ts";
import { desiredUpdated } from "../events/desired-updated.ts";
import type { TwinState } from "../state.ts";
import { asDownlinks, deltaAnswer, viewOf } from "../view.ts";
import { nextVersions, requireVersion } from "./rules.ts";

type DesiredDecision = Decision<TwinEvent, TwinView>;
type Change = { readonly patch: JsonObject; readonly bytes?: number };

/**
 * What all ways of changing desired share: a repeated request is answered and not applied again, the expected
 * version is checked, a change is sent to the gateway as its delta. `plan` gives the change, or undefined.
 */
export function changeDesired(
  state: TwinState,
  request: ChangeRequest,
  context: Context,
  plan: () => Change | undefined,
): DesiredDecision {
  if (request.requestId && state.requests.includes(request.requestId)) return unchanged(state, context);
  requireVersion(state, request.expectedVersion);
  const change = plan();
  if (!change) return unchanged(state, context);
  const versions = nextVersions(state, "desired");
  const event = { type: "twin.desired.updated" as const, ...change, versions, ...provenance(request) };
  const next = desiredUpdated(state, event, context);
  return {
    events: [event],
    reply: viewOf(context.actorId, next),
    downlinks: asDownlinks(context.actorId, deltaAnswer(next, context.now)),
  };
}

function unchanged(state: TwinState, context: Context): DesiredDecision {
  return { reply: viewOf(context.actorId, state) };
}

function provenance({ by, reason, requestId }: ChangeRequest) {
  return { by, ...(reason !== undefined && { reason }), ...(requestId !== undefined && { requestId }) };
}
