import { LRUCache } from "lru-cache";
import type { Principal } from "../actors/contracts/access.ts";
import { DomainError } from "../actors/contracts/errors.ts";
import { PERMISSIONS, type Reach, roleVerdict, type Verdict } from "../actors/contracts/permissions.ts";
import type { Labelled } from "../actors/profiles/layers.ts";
import { comparisonsOf, type Filter } from "./filter/ast.ts";
import { parseFilter } from "./filter/parse.ts";
import { gatewayFilter } from "./gateway-filter.ts";

type Find = (gatewayId: string) => Promise<Labelled>;
type Asked = Pick<Principal, "role" | "gatewayFilter">;
/** `isHidden`: it is allowed with other gateways. */
type Decision = Verdict & { readonly isHidden?: boolean };

/** How long a change of labels may not be seen here. */
const KEPT_MS = 3000;
const MAX_GATEWAYS = 10_000;
const MAX_FILTERS = 1000;

/** The one decision on who may do what with which gateway. */
export class GatewayScope {
  readonly #gateways = new LRUCache<string, Labelled>({ max: MAX_GATEWAYS, ttl: KEPT_MS });
  readonly #filters = new LRUCache<string, (gateway: Labelled) => boolean>({ max: MAX_FILTERS });

  /** `find` asks the registry; without a gateway: may the caller do it with any of its gateways? */
  async decide(
    asked: Asked,
    permission: string,
    gatewayId: string | undefined,
    find: Find,
  ): Promise<Decision> {
    const verdict = roleVerdict(asked.role, permission);
    const filter = asked.gatewayFilter ?? "";
    if (!verdict.allowed || filter === "") return verdict;
    const obstacle = obstacleTo(PERMISSIONS.get(permission)?.reach, filter);
    if (obstacle) return { allowed: false, rule: `'${permission}' ${obstacle}.` };
    if (gatewayId === undefined || (await this.#includes(filter, gatewayId, find))) return verdict;
    const rule = `For this caller there is no gateway '${gatewayId}': it does not exist, or its gatewayFilter does not choose it.`;
    return { allowed: false, rule, isHidden: true };
  }

  async #includes(filter: string, gatewayId: string, find: Find): Promise<boolean> {
    const accepts = this.#filters.get(filter) ?? gatewayFilter(filter);
    this.#filters.set(filter, accepts);
    const gateway = this.#gateways.get(gatewayId) ?? (await found(gatewayId, find));
    if (!gateway) return false;
    // What was found is not made younger by being used.
    if (!this.#gateways.has(gatewayId)) this.#gateways.set(gatewayId, gateway);
    return accepts(gateway);
  }
}

async function found(gatewayId: string, find: Find): Promise<Labelled | undefined> {
  try {
    const { labels } = await find(gatewayId);
    return { gatewayId, labels };
  } catch (error) {
    if (error instanceof DomainError && error.type === "GATEWAY_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Why it is not for callers that have some gateways only. */
function obstacleTo(reach: Reach | undefined, filter: string): string | undefined {
  if (reach === undefined) return "is about all gateways, and the caller's gatewayFilter is not";
  if (typeof reach === "string" || "ids" in reach) return undefined;
  const isKnown = fieldsOf(parseFilter(filter)).every((field) =>
    reach.filter.some((known) => known === field),
  );
  return isKnown ? undefined : `cannot be filtered by all that the caller's gatewayFilter names`;
}

function fieldsOf(filter: Filter): string[] {
  return comparisonsOf(filter).map(({ path }) => path[0]);
}
