import type { PartitionHolder } from "./holder.ts";
import { placeKey } from "./partition-map.ts";
import type { ActorStore, ClaimedPartition, Log, PartitionRef } from "./ports.ts";
import type { Routes } from "./routes.ts";
import type { Signals } from "./signals.ts";

type ClaimsOptions = {
  readonly nodeId: string;
  readonly store: Pick<ActorStore, "claim" | "release">;
  readonly signals: Pick<Signals, "routes">;
  readonly routes: Routes;
  readonly log: Log;
  /** Waited for between a claim and the first message. */
  readonly beforeServing?: ((claimed: readonly PartitionRef[]) => Promise<void>) | undefined;
  readonly holderOf: (type: string) => PartitionHolder | undefined;
};

/** Takes partitions that nobody owns: in the store first, then into service, then the others are told. */
export class Claims {
  readonly #options: ClaimsOptions;
  /** By place: what a claim finds by its epoch another one would find too. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  has(ref: Pick<PartitionRef, "type" | "partition">): boolean {
    return this.#running.has(placeKey(ref));
  }

  /**
   * What is being claimed already is left to that claim. What is held must not be claimed again: it would be found by
   * the epoch of the first claim and served twice, and two that commit at the same places lose each other's changes.
   */
  async claim(wanted: readonly PartitionRef[]): Promise<void> {
    const refs = wanted.filter((ref) => !this.has(ref) && !this.#isHeld(ref));
    if (refs.length === 0) return;
    const run = this.#claim(refs).finally(() => {
      for (const ref of refs) this.#running.delete(placeKey(ref));
    });
    for (const ref of refs) this.#running.set(placeKey(ref), run);
    await run;
  }

  /** Resolves when nothing is being claimed, be it that it failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  #isHeld({ type, partition }: PartitionRef): boolean {
    for (const held of this.#options.holderOf(type)?.partitions ?? [])
      if (held.partition === partition) return true;
    return false;
  }

  async #claim(refs: readonly PartitionRef[]): Promise<void> {
    const { store, nodeId, beforeServing } = this.#options;
    const claimed = await store.claim(refs, nodeId);
    await beforeServing?.(claimed);
    const adopted = await Promise.all(claimed.map((partition) => this.#adopt(partition)));
    this.#tell(claimed.filter((_, index) => adopted[index]));
  }

  #tell(served: readonly PartitionRef[]): void {
    const { nodeId: owner, routes, signals } = this.#options;
    for (const [type, refs] of Map.groupBy(served, (ref) => ref.type)) {
      const partitions = refs.map(({ partition, epoch }) => ({ partition, epoch }));
      for (const { partition, epoch } of partitions) routes.learn(type, partition, { owner, epoch });
      signals.routes({ type, owner, partitions });
    }
  }

  async #adopt(claimed: ClaimedPartition): Promise<boolean> {
    const { store, log, holderOf } = this.#options;
    const { type, partition } = claimed;
    try {
      const holder = holderOf(type);
      if (!holder) throw new Error("its type is not served here any more");
      await holder.adopt(claimed);
      return true;
    } catch (error) {
      log.error("a partition could not be served; it is given back", {
        "actor.type": type,
        "actor.partition": partition,
        error,
      });
      await store.release([claimed]);
      return false;
    }
  }
}
