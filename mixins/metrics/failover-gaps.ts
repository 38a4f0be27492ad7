import { placeKey } from "../../actors/runtime/partition-map.ts";
import type { ActorStore, LiveSession, PartitionRecord, SessionStore } from "../../actors/runtime/ports.ts";
import type { Offer, RouteHint, Signals } from "../../actors/runtime/signals.ts";
import type { Metrics } from "../counters.ts";

/** Seconds: hand-offs take milliseconds, a lost node its session and more. */
const GAP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 7.5, 10, 30, 60];

type Gap = { readonly since: number; readonly reason: "lost" | "handoff" };
/** What ownership works with. */
export type Seams = {
  readonly store: ActorStore;
  readonly sessions: SessionStore;
  readonly signals: Signals;
};

type GapsOptions = {
  readonly nodeId: string;
  readonly metrics: Pick<Metrics, "observe">;
  /** Milliseconds. */
  readonly monotonic: () => number;
};

/**
 * How long the partitions that this node takes over had nobody who could commit. It listens at what ownership asks
 * and tells: a lost owner counts from the end of its session by the store's clock, a hand-off from when this node
 * could know that the partition was given back.
 */
export class FailoverGaps {
  readonly #options: GapsOptions;
  readonly #gaps = new Map<string, Gap>();
  #ends = new Map<string, number>();
  #live: ReadonlySet<string> = new Set();

  constructor(options: GapsOptions) {
    this.#options = options;
  }

  /** The same, listened at. */
  over({ store, sessions, signals }: Seams): Seams {
    return {
      store: { ...bound(store), partitions: () => store.partitions().then((all) => this.#saw(all)) },
      sessions: {
        live: async () => {
          const live = await sessions.live();
          this.#sawSessions(live.now, live.sessions);
          return live;
        },
        begin: (session, ttlMs) => sessions.begin(session, ttlMs),
        renew: (session, ttlMs) => sessions.renew(session, ttlMs),
        end: (session) => sessions.end(session),
      },
      signals: this.#listening(signals),
    };
  }

  #listening(signals: Signals): Signals {
    return {
      get isConnected() {
        return signals.isConnected;
      },
      start: (instanceId, handlers) =>
        signals.start(instanceId, {
          ...handlers,
          onOffered: (offer) => {
            this.#offered(offer);
            handlers.onOffered(offer);
          },
        }),
      stop: () => signals.stop(),
      changed: () => signals.changed(),
      routes: (hint) => {
        this.#served(hint);
        signals.routes(hint);
      },
      excluded: (exclusion) => signals.excluded(exclusion),
      offered: (offer) => signals.offered(offer),
      isGone: (instanceId) => signals.isGone(instanceId),
    };
  }

  /** When each session would end, by our own clock. */
  #sawSessions(storeNow: number, sessions: readonly LiveSession[]): void {
    const offset = this.#options.monotonic() - storeNow;
    const ends = sessions.map(({ nodeId, expireTime }) => [nodeId, expireTime + offset] as const);
    this.#ends = new Map([...this.#ends, ...ends]);
    this.#live = new Set(sessions.map(({ nodeId }) => nodeId));
  }

  #saw(records: PartitionRecord[]): PartitionRecord[] {
    for (const record of records) {
      const { owner, epoch } = record;
      const place = placeKey(record);
      if (owner !== null && this.#live.has(owner)) this.#gaps.delete(place);
      // One that was never owned is no gap.
      else if (epoch > 0 && !this.#gaps.has(place)) this.#gaps.set(place, this.#gapOf(owner));
    }
    return records;
  }

  #gapOf(owner: string | null): Gap {
    const now = this.#options.monotonic();
    if (owner === null) return { since: now, reason: "handoff" };
    // A session may be ended before its time.
    return { since: Math.min(now, this.#ends.get(owner) ?? now), reason: "lost" };
  }

  #offered({ to, type, partitions }: Offer): void {
    if (to !== this.#options.nodeId) return;
    for (const { partition } of partitions) this.#gaps.set(placeKey({ type, partition }), this.#gapOf(null));
  }

  #served({ type, partitions }: RouteHint): void {
    const { metrics, monotonic } = this.#options;
    for (const { partition } of partitions) {
      const place = placeKey({ type, partition });
      const gap = this.#gaps.get(place);
      this.#gaps.delete(place);
      if (!gap) continue;
      const seconds = (monotonic() - gap.since) / 1000;
      const labels = { type, reason: gap.reason };
      metrics.observe("gateway_twin.failover.gap.seconds", seconds, labels, GAP_SECONDS);
    }
  }
}

function bound(store: ActorStore): ActorStore {
  return {
    createPartitions: (type, count) => store.createPartitions(type, count),
    partitions: () => store.partitions(),
    claim: (seen, owner) => store.claim(seen, owner),
    release: (partitions) => store.release(partitions),
    load: (type, actorIds) => store.load(type, actorIds),
    commit: (rows) => store.commit(rows),
    saveSnapshots: (snapshots) => store.saveSnapshots(snapshots),
    advance: (progress) => store.advance(progress),
  };
}
