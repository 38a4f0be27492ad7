import { LRUCache } from "lru-cache";
import type { Gateway } from "../../../actors/contracts/gateways.ts";

const MAX_KNOWN = 20_000;
/** All nodes are told of a change; this is for one that does not hear it. */
const FRESH_MS = 2000;

/** Gateways as the table had them: each read and change of a twin asks for its gateway. */
export class KnownGateways {
  readonly #gateways = new LRUCache<string, Gateway>({ max: MAX_KNOWN, ttl: FRESH_MS });
  #changes = 0;

  async get(gatewayId: string, load: (gatewayId: string) => Promise<Gateway>): Promise<Gateway> {
    const known = this.#gateways.get(gatewayId);
    if (known) return known;
    const changes = this.#changes;
    const gateway = await load(gatewayId);
    // What was read while something changed may be older than that.
    if (changes === this.#changes) this.#gateways.set(gatewayId, gateway);
    return gateway;
  }

  forget(gatewayId: string): void {
    this.#changes += 1;
    this.#gateways.delete(gatewayId);
  }
}
