import { DomainError } from "../actors/contracts/errors.ts";
import type { Labelled } from "../actors/profiles/layers.ts";
import { matches } from "./filter/matches.ts";
import { parseFilter, requireFields } from "./filter/parse.ts";

/** Which gateways a filter over `gatewayId` and `labels.*` chooses. Throws INVALID_FILTER, which says what is wrong with it. */
export function gatewayFilter(text: string): (gateway: Labelled) => boolean {
  const filter = checked(text);
  return (gateway) => matches(filter, (path) => fieldOf(gateway, path));
}

function checked(text: string) {
  try {
    const filter = parseFilter(text);
    requireFields(filter, isKnown);
    return filter;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const description = String(error.data.problem);
    throw new DomainError(error.type, error.data, [{ field: "gatewayFilter", description }]);
  }
}

function isKnown([field, ...below]: readonly string[]): boolean {
  return field === "labels" ? below.length > 0 : field === "gatewayId" && below.length === 0;
}

/** Labels are flat: `labels.a.b` is the label `a.b`. */
function fieldOf({ gatewayId, labels }: Labelled, [field, ...below]: readonly string[]): string | undefined {
  if (field === "gatewayId") return gatewayId;
  const label = below.join(".");
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}
