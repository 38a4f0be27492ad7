import { fnv1a } from "../runtime/partition-map.ts";

/**
 * Is the gateway among the first `percent` of 100 that get the profile? The choice is fixed and each profile's own:
 * raising the number only adds gateways.
 */
export function isChosen(profileId: string, gatewayId: string, percent: number): boolean {
  return fnv1a(Buffer.from(`${profileId}/${gatewayId}`)) % 100 < percent;
}
