import type { PartitionHolder } from "../../../actors/runtime/holder.ts";
import type { ClaimedPartition, Clock, Log, PartitionRef } from "../../../actors/runtime/ports.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import type { Rounds } from "./rounds.ts";

type ProfileWorkerOptions = {
  readonly rounds: Pick<Rounds, "check" | "sweep" | "wantRepair">;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Milliseconds between looks at what is to be done. */
  readonly lookEveryMs: number;
  /** The same between sweeps for what was missed. */
  readonly repairEveryMs: number;
};

type Held = { readonly ref: PartitionRef; readonly work: Repeated };

/**
 * Works while this node holds the one partition there is: one worker in the cluster. A node that lost it without
 * knowing may work a little longer; what it lays is told of on the bus, and looked at again.
 */
export class ProfileWorker implements PartitionHolder {
  readonly typeName = "config-profiles";
  readonly partitionCount = 1;
  readonly #options: ProfileWorkerOptions;
  #held: Held | undefined;
  #repairTime = 0;

  constructor(options: ProfileWorkerOptions) {
    this.#options = options;
  }

  get partitions(): Iterable<PartitionRef> {
    return this.#held ? [this.#held.ref] : [];
  }

  async adopt(claimed: ClaimedPartition): Promise<void> {
    this.drop();
    const { lookEveryMs: everyMs, log, clock, random, repairEveryMs } = this.#options;
    this.#repairTime = clock() + repairEveryMs * random();
    const work = new Repeated({ everyMs, log, work: (signal) => this.#work(signal) });
    this.#held = { ref: claimed, work };
    work.run();
  }

  async surrender(): Promise<void> {
    const held = this.#held;
    await held?.work.stop();
    if (held === this.#held) this.#held = undefined;
  }

  drop(): void {
    void this.#held?.work.stop();
    this.#held = undefined;
  }

  /** There may be something to do. */
  wake(): void {
    this.#held?.work.run();
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { rounds, clock, repairEveryMs } = this.#options;
    if (clock() >= this.#repairTime) {
      this.#repairTime = clock() + repairEveryMs;
      await rounds.wantRepair();
    }
    for (let isBusy = true; isBusy && !signal.aborted; ) {
      const checked = await rounds.check(signal);
      isBusy = (await rounds.sweep(signal)) || checked;
    }
  }
}
