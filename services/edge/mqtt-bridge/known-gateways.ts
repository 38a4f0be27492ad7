import { LRUCache } from "lru-cache";
import type { Clock } from "../../../actors/runtime/ports.ts";
import { WorkQueue } from "../ingest/work-queue.ts";
import type { BridgeSettings } from "./settings.ts";

/** Somebody who must know whether a gateway exists. */
type Asker = {
  /** It does not matter to it any more. */
  readonly isDropped: boolean;
  readonly told: (exists: boolean) => void;
};

type KnownGatewaysOptions = {
  readonly settings: Pick<
    BridgeSettings,
    "gatewaysKept" | "knownTtlMs" | "unknownTtlMs" | "lookupsAtOnce" | "lookupRetryMs"
  >;
  readonly clock: Clock;
  readonly exists: (gatewayId: string) => Promise<boolean>;
  /** The registry did not answer; it is asked again. */
  readonly onFailed: (error: unknown) => void;
};

type Lookup = { askers: Asker[]; isStale: boolean };

/** Which gateways are registered: what the registry said lately. */
export class KnownGateways {
  readonly #options: KnownGatewaysOptions;
  readonly #cache: LRUCache<string, boolean>;
  readonly #lookups = new Map<string, Lookup>();
  readonly #queue: WorkQueue;
  readonly #retries = new Set<NodeJS.Timeout>();

  constructor(options: KnownGatewaysOptions) {
    this.#options = options;
    this.#cache = new LRUCache({ max: options.settings.gatewaysKept, perf: { now: options.clock } });
    this.#queue = new WorkQueue(options.settings.lookupsAtOnce);
  }

  /** Tells at once when it is known, else later; those who ask about the same gateway are told in their order. */
  ask(gatewayId: string, asker: Asker): void {
    const lookup = this.#lookups.get(gatewayId);
    if (lookup) return void lookup.askers.push(asker);
    const exists = this.#cache.get(gatewayId);
    if (exists !== undefined) return asker.told(exists);
    const begun: Lookup = { askers: [asker], isStale: false };
    this.#lookups.set(gatewayId, begun);
    void this.#lookUp(gatewayId, begun);
  }

  /** It was created or deleted, or is another one now. */
  forget(gatewayId: string): void {
    this.#cache.delete(gatewayId);
    const lookup = this.#lookups.get(gatewayId);
    if (lookup) lookup.isStale = true;
  }

  close(): void {
    for (const timer of this.#retries) clearTimeout(timer);
    this.#lookups.clear();
  }

  async #lookUp(gatewayId: string, lookup: Lookup): Promise<void> {
    lookup.isStale = false;
    try {
      const exists = await this.#queue.run(() => this.#options.exists(gatewayId));
      if (lookup.isStale) void this.#lookUp(gatewayId, lookup);
      else this.#tell(gatewayId, lookup, exists);
    } catch (error) {
      this.#options.onFailed(error);
      this.#retry(gatewayId, lookup);
    }
  }

  #tell(gatewayId: string, lookup: Lookup, exists: boolean): void {
    const { knownTtlMs, unknownTtlMs } = this.#options.settings;
    this.#lookups.delete(gatewayId);
    this.#cache.set(gatewayId, exists, { ttl: exists ? knownTtlMs : unknownTtlMs });
    for (const asker of lookup.askers) if (!asker.isDropped) asker.told(exists);
  }

  #retry(gatewayId: string, lookup: Lookup): void {
    lookup.askers = lookup.askers.filter(({ isDropped }) => !isDropped);
    if (this.#lookups.get(gatewayId) !== lookup) return;
    if (lookup.askers.length === 0) return void this.#lookups.delete(gatewayId);
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      void this.#lookUp(gatewayId, lookup);
    }, this.#options.settings.lookupRetryMs);
    this.#retries.add(timer);
  }
}
