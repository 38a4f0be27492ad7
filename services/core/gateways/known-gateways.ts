import { LRUCache } from "lru-cache";
import type { Gateway } from "../../../actors/contracts/gateways.ts";

const MAX_KNOWN = 20_000;
/** All nodes are told of a change; this is for one that does not hear it. */
const FRESH_MS = 2000;

/** Gateways as the table had them: each read and change of a twin asks for its gateway. */
export class KnownGateways {
  readonly #gateways = new LRUCache<string, Gateway>({ max: MAX_KNOWN, ttl: FRESH_MS });
  readonly #reads = new Map<string, Promise<Gateway>>();

  /** Who asks while it is read waits for the same answer. */
  async get(gatewayId: string, load: (gatewayId: string) => Promise<Gateway>): Promise<Gateway> {
    return this.#gateways.get(gatewayId) ?? this.#reads.get(gatewayId) ?? this.#read(gatewayId, load);
  }

  /** What is being read may be older than the change: it is not kept, and nobody else gets it. */
  forget(gatewayId: string): void {
    this.#gateways.delete(gatewayId);
    this.#reads.delete(gatewayId);
  }

  async #read(gatewayId: string, load: (gatewayId: string) => Promise<Gateway>): Promise<Gateway> {
    const read = load(gatewayId);
    this.#reads.set(gatewayId, read);
    const isCurrent = () => this.#reads.get(gatewayId) === read;
    try {
      const gateway = await read;
      if (isCurrent()) this.#gateways.set(gatewayId, gateway);
      return gateway;
    } finally {
      if (isCurrent()) this.#reads.delete(gatewayId);
    }
  }
}
