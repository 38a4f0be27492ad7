import type { Activation } from "./activation.ts";
import type { Committer } from "./committer.ts";
import type { AnyPartition } from "./partition.ts";
import type { ActorStore, Clock, Log } from "./ports.ts";

/** Few, so that a commit never waits long behind a statement. */
const DOCUMENTS_PER_STATEMENT = 64;
/** Nothing was committed for so many ticks: there is time for documents now. */
const QUIET_TICKS = 4;

type Dirty = { readonly partition: AnyPartition; readonly activation: Activation<unknown, unknown> };

type SnapshotterOptions = {
  readonly store: Pick<ActorStore, "saveSnapshots" | "advance">;
  readonly committer: Pick<Committer, "commits">;
  readonly partitions: () => Iterable<AnyPartition>;
  readonly clock: Clock;
  readonly log: Log;
  /** Under load, documents are at most this far behind (milliseconds). */
  readonly maxLagMs: number;
};

/**
 * Writes whole documents after their changes are committed: when nothing else is to be done, or when the oldest
 * change waits too long. Then the rows below are not needed any more.
 */
export class Snapshotter {
  readonly #options: SnapshotterOptions;
  #lastRound: number;
  #commitsSeen = 0;
  #quietTicks = 0;
  #running: Promise<void> | undefined;

  constructor(options: SnapshotterOptions) {
    this.#options = options;
    this.#lastRound = options.clock();
  }

  /** To be called often; starts a round when one is due. */
  tick(): void {
    const { committer, clock, maxLagMs } = this.#options;
    this.#quietTicks = committer.commits === this.#commitsSeen ? this.#quietTicks + 1 : 0;
    this.#commitsSeen = committer.commits;
    const isDue = this.#quietTicks === QUIET_TICKS || clock() - this.#lastRound >= maxLagMs;
    if (!this.#running && isDue) void this.round();
  }

  /** Saves all that is committed now. */
  async round(): Promise<void> {
    this.#lastRound = this.#options.clock();
    return this.save(() => [...this.#options.partitions()]);
  }

  /** Saves what these have committed until now; one save at a time, for an older one must not come last. */
  async save(partitions: () => readonly AnyPartition[]): Promise<void> {
    while (this.#running) await this.#running;
    this.#running = this.#saveAll(partitions()).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #saveAll(partitions: readonly AnyPartition[]): Promise<void> {
    // Every change up to these positions is in an actor that is dirty now.
    const targets = new Map(partitions.map((partition) => [partition, partition.pos]));
    try {
      await this.#save(partitions.flatMap(dirtyOf));
      await this.#advance(targets);
    } catch (error) {
      this.#options.log.warn("snapshots could not be written; they are tried again", { error });
    }
  }

  async #save(dirty: readonly Dirty[]): Promise<void> {
    for (let at = 0; at < dirty.length; at += DOCUMENTS_PER_STATEMENT) {
      const part = dirty.slice(at, at + DOCUMENTS_PER_STATEMENT).filter(({ partition }) => partition.owned);
      const snapshots = part.map(({ partition, activation }) => partition.snapshotOf(activation));
      await this.#options.store.saveSnapshots(snapshots);
      for (const [index, { partition, activation }] of part.entries()) {
        partition.noteSaved(activation, snapshots[index]?.pos ?? 0);
      }
    }
  }

  async #advance(targets: ReadonlyMap<AnyPartition, number>): Promise<void> {
    const progress = [...targets]
      .filter(([partition, pos]) => partition.owned && hasProgress(partition, pos))
      .map(([partition, snapshotPos]) => ({ partition, progress: progressOf(partition, snapshotPos) }));
    if (progress.length === 0) return;
    await this.#options.store.advance(progress.map((entry) => entry.progress));
    for (const { partition, progress: stored } of progress) partition.noteStored(stored);
  }
}

function dirtyOf(partition: AnyPartition): Dirty[] {
  return Array.from(partition.dirty, (activation) => ({ partition, activation }));
}

function hasProgress(partition: AnyPartition, snapshotPos: number): boolean {
  return snapshotPos > partition.stored.snapshotPos || partition.publishedPos > partition.stored.publishedPos;
}

function progressOf({ type, partition, epoch, publishedPos }: AnyPartition, snapshotPos: number) {
  return { type, partition, epoch, snapshotPos, publishedPos };
}
