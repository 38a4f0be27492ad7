import { isDeepStrictEqual } from "node:util";
import { DomainError } from "../../contracts/errors.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { ProfileLayer, TwinCommands, TwinEvent, TwinView } from "../contract.ts";
import { checkDocument, exactBytes } from "../document-limits.ts";
import { profilesLaid } from "../events/profiles-laid.ts";
import { diffAsPatch } from "../merge-patch.ts";
import { inOrder, layered, ownDesired } from "../profiles.ts";
import type { TwinState } from "../state.ts";
import { unchanged, updated } from "./change-desired.ts";
import { type TwinRules, withinSize } from "./rules.ts";

/** Together the layers of a twin may have so many times the size of a section: they stay with it, shown or not. */
const MAX_SECTIONS = 4;

/** These profiles, and no others, lie under the gateway's own desired values from now on. */
export function layProfiles(
  rules: TwinRules,
  state: TwinState,
  params: TwinCommands["layProfiles"]["params"],
  context: Context,
): Decision<TwinEvent, TwinView> {
  checkLayers(rules, params.layers);
  const layers = inOrder(params.layers);
  if (isDeepStrictEqual(layers, state.profiles?.layers ?? [])) return unchanged(state, context);
  const laid = { type: "twin.profiles.laid" as const, layers };
  const next = profilesLaid(state, laid);
  const patch = diffAsPatch(state.desired.state, layered({ own: ownDesired(state), layers }));
  if (!patch) return { events: [laid], ...unchanged(next, context) };
  const change = { ...withinSize(rules, "desired", state, patch), own: {}, by: "config-profiles" };
  const { events = [], ...decision } = updated(next, change, context);
  return { ...decision, events: [laid, ...events] };
}

function checkLayers({ limits }: TwinRules, layers: readonly ProfileLayer[]): void {
  let bytes = 0;
  for (const { profileId, desired } of layers) {
    checkDocument(`configuration profile '${profileId}'`, desired, limits);
    bytes += exactBytes(desired);
  }
  const limit = MAX_SECTIONS * limits.sectionBytes;
  if (bytes > limit) throw new DomainError("PAYLOAD_TOO_LARGE", { what: "set of profiles", limit });
}
