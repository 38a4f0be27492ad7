import type { JsonObject } from "../contracts/json.ts";
import type { ProfileLayer } from "./contract.ts";
import { applyMergePatch } from "./merge-patch.ts";
import type { Profiles, TwinState } from "./state.ts";
import { type LeafStamps, leafStamps, type Stamps, stampLeaves } from "./times.ts";

/** Where a value comes from that no profile set. */
export const OWN_SOURCE = "gateway";

/** What people and programs have set for this gateway alone. */
export function ownDesired({ profiles, desired }: TwinState): JsonObject {
  return profiles?.own ?? desired.state;
}

/** In the order in which they are laid, the last one wins; a null member of theirs is an absent one. */
export function inOrder(layers: readonly ProfileLayer[]): ProfileLayer[] {
  return layers
    .map((layer) => ({ ...layer, desired: applyMergePatch({}, layer.desired) }))
    .sort((a, b) => a.priority - b.priority || (a.profileId < b.profileId ? -1 : 1));
}

/** What all of it makes together: the layers, and the gateway's own values on top. */
export function layered({ own, layers }: Profiles): JsonObject {
  const laid = layers.reduce<JsonObject>((below, { desired }) => applyMergePatch(below, desired), {});
  return applyMergePatch(laid, own);
}

/** For each leaf of `state`, which is what they make together: who set it. */
export function sourcesOf({ own, layers }: Profiles, state: JsonObject): LeafStamps<string> {
  let below: JsonObject = {};
  let sources: Stamps<string> = OWN_SOURCE;
  for (const [document, source] of [...layers.map(named), [own, OWN_SOURCE] as const]) {
    sources = stampLeaves(sources, below, document, source);
    below = applyMergePatch(below, document);
  }
  return leafStamps(sources, state, OWN_SOURCE);
}

function named({ profileId, desired }: ProfileLayer): readonly [JsonObject, string] {
  return [desired, `configProfiles/${profileId}`];
}
