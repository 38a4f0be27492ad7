import type { Activation } from "./activation.ts";
import type { AnyPartition } from "./partition.ts";

export type Evictions = { readonly idle: number; readonly store: number };

type SweeperOptions = {
  readonly partitions: () => Iterable<AnyPartition>;
  /** A whole turn of the hand; an actor leaves memory after one to two turns without use (milliseconds). */
  readonly turnMs: number;
  readonly tickMs: number;
  /** Bytes of idle documents to keep in memory; beyond it they are only in the store. */
  readonly maxIdleBytes: number;
};

/**
 * The clock hand: passes over all activations in small steps, gives each a second chance, and moves the idle and
 * clean ones into the slab. So an idle actor needs no timer.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  #countAtTurn = 0;
  #idle = 0;
  #store = 0;
  #hand: Iterator<readonly [AnyPartition, Activation<unknown, unknown>]> | undefined;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Actors since the start that became idle documents, and such documents that are only in the store now. */
  get evictions(): Evictions {
    return { idle: this.#idle, store: this.#store };
  }

  tick(): void {
    const { actors, idleBytes } = this.#held();
    for (let left = this.#steps(actors); left > 0; left -= 1) {
      this.#hand ??= this.#turn(actors);
      const step = this.#hand.next();
      if (step.done) {
        this.#hand = undefined;
        break;
      }
      if (pass(...step.value)) this.#idle += 1;
    }
    if (idleBytes > this.#options.maxIdleBytes) this.#trim(idleBytes);
  }

  #turn(actors: number): Iterator<readonly [AnyPartition, Activation<unknown, unknown>]> {
    this.#countAtTurn = actors;
    return this.#activations();
  }

  /** As many as a turn needs to end in time, whether the actors have become more or fewer since it began. */
  #steps(actors: number): number {
    const { turnMs, tickMs } = this.#options;
    return Math.ceil((Math.max(this.#countAtTurn, actors) * tickMs) / turnMs) + 1;
  }

  #held(): { readonly actors: number; readonly idleBytes: number } {
    let actors = 0;
    let idleBytes = 0;
    for (const { activations, slab } of this.#options.partitions()) {
      actors += activations.size;
      idleBytes += slab.bytes;
    }
    return { actors, idleBytes };
  }

  *#activations(): Generator<readonly [AnyPartition, Activation<unknown, unknown>]> {
    for (const partition of this.#options.partitions()) {
      for (const activation of partition.activations.values()) yield [partition, activation];
    }
  }

  /** Forgets the idle documents of whole partitions, the fullest first, until the rest fits. */
  #trim(idleBytes: number): void {
    const slabs = [...this.#options.partitions()].map(({ slab }) => slab).sort((a, b) => b.bytes - a.bytes);
    let left = idleBytes;
    for (const slab of slabs) {
      if (left <= this.#options.maxIdleBytes) return;
      left -= slab.bytes;
      this.#store += slab.size;
      slab.clear();
    }
  }
}

/** True when it has left the objects. */
function pass(partition: AnyPartition, activation: Activation<unknown, unknown>): boolean {
  if (!partition.owned || activation.status === "invalid" || activation.mailbox.length > 0) return false;
  const isIdle = !activation.touched && partition.isClean(activation);
  if (isIdle) partition.passivate(activation);
  else if (activation.touched) activation.touched = false;
  else activation.status = "deactivating";
  return isIdle;
}
