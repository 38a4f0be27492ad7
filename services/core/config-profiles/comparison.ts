import type { Params } from "../../../actors/contracts/contract.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import { checkedSettings, newSettings, type Settings } from "./new-profile.ts";
import { laidProfileOf } from "./present-profiles.ts";
import type { Comparison } from "./preview.ts";
import type { Registry } from "./registry.ts";

/** An id that no profile has. */
const UNNAMED = "";

/** With a profile that does not exist yet, and without it. */
export async function withNew(
  registry: Registry,
  { pageSize: _, pageToken: __, configProfileId, ...given }: Params<"config-profiles.preview">,
  limits: Limits,
): Promise<Comparison> {
  const settings = newSettings(given, limits);
  return comparisonOf(registry, configProfileId ?? UNNAMED, settings, settings.gatewayFilter);
}

/** With a profile as it would be, and as it is. */
export async function withChange(
  registry: Registry,
  { pageSize: _, pageToken: __, configProfileId, ...given }: Params<"config-profiles.previewChange">,
  limits: Limits,
): Promise<Comparison> {
  const row = await registry.get(configProfileId);
  const settings = { ...row, ...checkedSettings(given, limits) };
  // With another filter it may leave gateways that this one does not choose.
  const filter = settings.gatewayFilter === row.gatewayFilter ? row.gatewayFilter : "";
  return comparisonOf(registry, configProfileId, settings, filter);
}

async function comparisonOf(
  registry: Registry,
  configProfileId: string,
  { gatewayFilter, priority, desired, percent }: Settings,
  filter: string,
): Promise<Comparison> {
  const before = (await registry.all()).map(laidProfileOf);
  const others = before.filter(({ profileId }) => profileId !== configProfileId);
  const profile = { configProfileId, revision: 0, gatewayFilter, priority, desired, percent };
  const scope = ["configProfiles:preview", gatewayFilter, String(priority), desired, String(percent)];
  return { before, after: [...others, laidProfileOf(profile)], filter, scope };
}
