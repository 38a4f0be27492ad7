import { LRUCache } from "lru-cache";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import { SingleFlight } from "../../../mixins/single-flight.ts";

const MAX_KNOWN = 20_000;
/** All nodes are told of a change; this is for one that does not hear it. */
const FRESH_MS = 2000;

type Load = (gatewayIds: readonly string[]) => Promise<ReadonlyMap<string, Gateway>>;

/** Gateways as the table had them: each read and change of a twin asks for its gateway. */
export class KnownGateways {
  readonly #gateways = new LRUCache<string, Gateway>({ max: MAX_KNOWN, ttl: FRESH_MS });
  readonly #reads: SingleFlight<Gateway>;
  #changes = 0;

  constructor(load: Load) {
    this.#reads = new SingleFlight((gatewayIds) => this.#read(gatewayIds, load));
  }

  /** Undefined when there is none. */
  async get(gatewayId: string): Promise<Gateway | undefined> {
    return this.#gateways.get(gatewayId) ?? this.#reads.get(gatewayId);
  }

  forget(gatewayId: string): void {
    this.#changes += 1;
    this.#gateways.delete(gatewayId);
  }

  async #read(gatewayIds: readonly string[], load: Load): Promise<ReadonlyMap<string, Gateway>> {
    const changes = this.#changes;
    const found = await load(gatewayIds);
    // What was read while something changed may be older than that.
    if (changes === this.#changes) for (const [id, gateway] of found) this.#gateways.set(id, gateway);
    return found;
  }
}
