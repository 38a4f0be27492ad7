import type { Profile } from "../../../actors/profiles/layers.ts";
import { gatewayFilter } from "../../../mixins/gateway-filter.ts";
import type { Registry } from "./registry.ts";
import { desiredOf, type ProfileRow } from "./rows.ts";

/** The profiles as gateways get them; read again when something about them has changed. */
export class PresentProfiles {
  readonly #registry: Registry;
  #wanted = -1;
  #profiles: readonly Profile[] = [];

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Not older than what was wanted when `wanted` was read. */
  async at(wanted: number): Promise<readonly Profile[]> {
    if (wanted !== this.#wanted) {
      this.#profiles = (await this.#registry.all()).map(laidProfileOf);
      this.#wanted = wanted;
    }
    return this.#profiles;
  }
}

type Laid = Pick<
  ProfileRow,
  "configProfileId" | "revision" | "priority" | "percent" | "gatewayFilter" | "desired"
>;

export function laidProfileOf(row: Laid): Profile {
  const { configProfileId: profileId, revision, priority, percent } = row;
  const accepts = gatewayFilter(row.gatewayFilter);
  return { profileId, revision, priority, percent, accepts, desired: desiredOf(row) };
}
