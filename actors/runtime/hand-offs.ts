import type { PartitionHolder } from "./holder.ts";
import { placeKey } from "./partition-map.ts";
import type { ActorStore, PartitionRef } from "./ports.ts";
import type { Signals } from "./signals.ts";

/** Of each type: a gateway misses one of its actors at a time, and a node with many types leaves as fast. */
const HAND_OFFS_AT_ONCE = 8;

/** A partition of a type on its way to the node that comes next; undefined: whoever finds it. */
export type Move = { readonly partition: number; readonly to: string | undefined };

type HandOffsOptions = {
  readonly store: Pick<ActorStore, "release">;
  readonly signals: Pick<Signals, "changed" | "offered">;
  /** Waited for before these are given away, while they are served: what it does need not be done in between. */
  readonly beforeGiving?: ((refs: readonly PartitionRef[]) => Promise<void>) | undefined;
  /** Nobody owns these any more. */
  readonly onReleased: (refs: readonly PartitionRef[]) => void;
  /** Some have moved, or could not: there is room for more. */
  readonly onRoom: () => void;
  readonly onError: (error: unknown) => void;
};

/** Gives partitions to other nodes, a few of each type at a time, so that the rest is served meanwhile. */
export class HandOffs {
  readonly #options: HandOffsOptions;
  readonly #moving = new Map<string, string>();
  readonly #runs = new Set<Promise<void>>();

  constructor(options: HandOffsOptions) {
    this.#options = options;
  }

  has(ref: Pick<PartitionRef, "type" | "partition">): boolean {
    return this.#moving.has(placeKey(ref));
  }

  /** As many as there is room for; the others are asked for again. What moves already is left to that. */
  begin(holder: PartitionHolder, moves: readonly Move[]): void {
    const type = holder.typeName;
    const waiting = moves.filter(({ partition }) => !this.has({ type, partition }));
    const now = waiting.slice(0, Math.max(0, HAND_OFFS_AT_ONCE - this.#countOf(type)));
    if (now.length === 0) return;
    const run = this.give(holder, now)
      .then(this.#options.onRoom, this.#options.onError)
      .finally(() => this.#runs.delete(run));
    this.#runs.add(run);
  }

  /** Resolves when nothing moves any more. */
  async settled(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs);
  }

  /** Finishes what is accepted, then gives these back to the store and offers them to who comes next. */
  async give(holder: PartitionHolder, moves: readonly Move[]): Promise<void> {
    const nextOf = new Map(moves.map(({ partition, to }) => [partition, to]));
    const refs = [...holder.partitions].filter(({ partition }) => nextOf.has(partition)).map(refOf);
    for (const ref of refs) this.#moving.set(placeKey(ref), ref.type);
    try {
      await this.#options.beforeGiving?.(refs);
      await Promise.all(refs.map(({ partition }) => holder.surrender(partition)));
      await this.#options.store.release(refs);
      this.#options.onReleased(refs);
    } finally {
      for (const ref of refs) this.#moving.delete(placeKey(ref));
    }
    for (const [to, offered] of Map.groupBy(refs, ({ partition }) => nextOf.get(partition)))
      this.#offer(holder.typeName, to, offered);
  }

  #offer(type: string, to: string | undefined, refs: readonly PartitionRef[]): void {
    const { signals } = this.#options;
    if (to === undefined) return signals.changed();
    signals.offered({ to, type, partitions: refs.map(({ partition, epoch }) => ({ partition, epoch })) });
  }

  #countOf(type: string): number {
    return [...this.#moving.values()].filter((moving) => moving === type).length;
  }
}

function refOf({ type, partition, epoch }: PartitionRef): PartitionRef {
  return { type, partition, epoch };
}
