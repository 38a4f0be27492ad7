import { placeKey } from "./partition-map.ts";
import type { ActorStore, PartitionRecord, PartitionRef, SessionStore } from "./ports.ts";
import type { Routes } from "./routes.ts";
import { type ClusterView, goneSince, membershipKey } from "./view.ts";

export type ViewReaderOptions = {
  readonly store: Pick<ActorStore, "partitions">;
  readonly sessions: Pick<SessionStore, "live">;
  /** Learns who owns what. */
  readonly routes: Routes;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** The nodes count as settled so long after they have changed (milliseconds). */
  readonly settleMs: number;
  /** These nodes are no members any more. */
  readonly onGone: (nodeIds: readonly string[]) => void;
};

/** Reads nodes and owners from the store, and tells what has changed since it last did. */
export class ViewReader {
  readonly #options: ViewReaderOptions;
  #view: ClusterView | undefined;
  #settledAt = Number.NEGATIVE_INFINITY;

  constructor(options: ViewReaderOptions) {
    this.#options = options;
  }

  /** What was read last. */
  get view(): ClusterView | undefined {
    return this.#view;
  }

  get isSettled(): boolean {
    return this.#options.monotonic() >= this.#settledAt;
  }

  /** These were given back here: known before it is read. A read under way may not have seen it; the next one does. */
  noteReleased(refs: readonly PartitionRef[]): void {
    if (!this.#view) return;
    const places = new Map(refs.map((ref) => [placeKey(ref), ref.epoch]));
    const isReleased = (record: PartitionRecord) => places.get(placeKey(record)) === record.epoch;
    const records = this.#view.records.map((one) => (isReleased(one) ? { ...one, owner: null } : one));
    this.#view = { ...this.#view, records };
  }

  async read(): Promise<void> {
    const { store, sessions, routes, onGone } = this.#options;
    const [{ now, sessions: live }, records] = await Promise.all([sessions.live(), store.partitions()]);
    const before = this.#view;
    this.#view = { now, sessions: live, records };
    this.#noteChange(before, this.#view);
    const gone = goneSince(before, this.#view).map(({ nodeId }) => nodeId);
    if (gone.length > 0) onGone(gone);
    for (const { type, partition, owner, epoch } of records) routes.learn(type, partition, { owner, epoch });
  }

  #noteChange(before: ClusterView | undefined, after: ClusterView): void {
    const { monotonic, settleMs } = this.#options;
    const isSame = before && membershipKey(before) === membershipKey(after);
    if (!isSame) this.#settledAt = monotonic() + settleMs;
  }
}
