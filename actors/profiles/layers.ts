import type { ProfileLayer } from "../twin/contract.ts";
import { isChosen } from "./choice.ts";

/** What a profile chooses gateways by. */
export type Labelled = { readonly gatewayId: string; readonly labels: Readonly<Record<string, string>> };

/** A profile as far as gateways get something of it. */
export type Profile = ProfileLayer & {
  readonly percent: number;
  /** Does its filter choose the gateway? */
  readonly accepts: (gateway: Labelled) => boolean;
};

/** All that lies under a gateway's own desired values, by id. */
export function layersOf(gateway: Labelled, profiles: readonly Profile[]): ProfileLayer[] {
  return profiles
    .filter(
      ({ profileId, percent, accepts }) =>
        isChosen(profileId, gateway.gatewayId, percent) && accepts(gateway),
    )
    .map(({ profileId, revision, priority, desired }) => ({ profileId, revision, priority, desired }))
    .toSorted((a, b) => (a.profileId < b.profileId ? -1 : 1));
}
