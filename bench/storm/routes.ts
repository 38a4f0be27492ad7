import { partitionOf } from "../../actors/runtime/partition-map.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { type Caller, call } from "../../mixins/bridge.ts";
import { learnOwnerHint } from "../../mixins/owner-hint.ts";
import type { TwinRoutes } from "../../services/edge/ingest/twin-routes.ts";

const POLL_MS = 500;

/** Owners as a real edge knows them, but asked of the cluster: this process is no member that owns anything. */
export class PolledRoutes {
  readonly #caller: Caller;
  readonly #routes = new Routes();
  readonly #counts = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  private constructor(caller: Caller) {
    this.#caller = caller;
    this.#timer = setInterval(() => void this.#poll().catch(() => undefined), POLL_MS);
  }

  static async open(caller: Caller, types: readonly string[]): Promise<PolledRoutes> {
    const routes = new PolledRoutes(caller);
    for (const type of types) routes.#counts.set(type, 0);
    await routes.#poll();
    return routes;
  }

  of(type: string): TwinRoutes {
    return {
      ownerOf: (gatewayId) => this.#routes.ownerOf(type, partitionOf(gatewayId, this.#counts.get(type) ?? 1)),
      learn: (data) => learnOwnerHint({ type: "NOT_OWNER", data }, this.#routes),
      onChange: (listener) => this.#routes.onChange(listener),
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    for (const type of this.#counts.keys()) {
      const { partitions } = await call(this.#caller, "cluster.partitions", { type });
      this.#counts.set(type, partitions.length);
      for (const { partition, owner, epoch } of partitions)
        this.#routes.learn(type, partition, { owner, epoch });
    }
  }
}
