import type { JsonObject } from "../../contracts/json.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { ChangeRequest, TwinEvent, TwinEvents, TwinView } from "../contract.ts";
import { desiredUpdated } from "../events/desired-updated.ts";
import { applyMergePatch, diffAsPatch, equalJson } from "../merge-patch.ts";
import { layered } from "../profiles.ts";
import type { TwinState } from "../state.ts";
import { syncOf } from "../sync.ts";
import { asDownlinks, deltaAnswer, viewOf } from "../view.ts";
import { type Change, nextVersions, requireVersion, type TwinRules, withinSize } from "./rules.ts";

type DesiredDecision = Decision<TwinEvent, TwinView>;
type DesiredChange = Change & Pick<TwinEvents["twin.desired.updated"], "own" | "by" | "reason" | "requestId">;

/**
 * What all ways of changing desired share: a repeated request is answered and not applied again, the expected
 * version is checked, a change is sent to the gateway as its delta. `plan` gives how the gateway's own values change
 * (a minimal patch), or undefined.
 */
export function changeDesired(
  rules: TwinRules,
  state: TwinState,
  request: ChangeRequest,
  context: Context,
  plan: () => JsonObject | undefined,
): DesiredDecision {
  if (request.requestId && state.requests.includes(request.requestId)) return unchanged(state, context);
  requireVersion(state, request.expectedVersion);
  const own = plan();
  if (!own) return unchanged(state, context);
  return updated(state, { ...changeByOwn(rules, state, own), ...provenance(request) }, context);
}

/** Desired changes, and the gateway is told. */
export function updated(state: TwinState, change: DesiredChange, context: Context): DesiredDecision {
  const update = {
    type: "twin.desired.updated" as const,
    ...change,
    versions: nextVersions(state, "desired"),
  };
  const next = desiredUpdated(state, update, context);
  const sync = { ...syncOf(next), desiredVersion: next.desired.version };
  return {
    events: [{ ...update, sync }],
    reply: viewOf(context.actorId, next),
    downlinks: asDownlinks(context.actorId, deltaAnswer(next, context.now)),
  };
}

export function unchanged(state: TwinState, context: Context): DesiredDecision {
  return { reply: viewOf(context.actorId, state) };
}

/** With profiles below, a value of its own may change nothing, and one taken away lets the profiles' show. */
function changeByOwn(
  rules: TwinRules,
  state: TwinState,
  own: JsonObject,
): Pick<DesiredChange, keyof Change | "own"> {
  const { profiles, desired } = state;
  if (!profiles) return withinSize(rules, "desired", state, own);
  const after = layered({ ...profiles, own: applyMergePatch(profiles.own, own) });
  const patch = diffAsPatch(desired.state, after) ?? {};
  return { ...withinSize(rules, "desired", state, patch), ...(!equalJson(patch, own) && { own }) };
}

function provenance({ by, reason, requestId }: ChangeRequest) {
  return { by, ...(reason !== undefined && { reason }), ...(requestId !== undefined && { requestId }) };
}
