import type { ActorType, Downlink } from "./actor.ts";
import type { Committer } from "./committer.ts";
import type { AnyPartition } from "./partition.ts";
import type { ActorStore, Clock, Log, RowPublisher } from "./ports.ts";
import type { ReadLeases } from "./read-leases.ts";
import type { ActorSpans } from "./spans.ts";

export type HostOptions<State, Command, Event, Reply> = {
  readonly type: ActorType<State, Command, Event, Reply>;
  readonly partitionCount: number;
  readonly store: ActorStore;
  readonly committer: Committer;
  readonly publisher: RowPublisher;
  readonly clock: Clock;
  readonly log: Log;
  /** Messages accepted and not answered yet; more are refused. */
  readonly maxWaiting: number;
  /** Sends what actors want to tell gateways, after the commit. */
  readonly sendDownlinks: (downlinks: readonly Downlink[]) => void;
  /** Told when a partition was lost to another owner. */
  readonly onFenced: () => void;
  /** Where views of these actors are cached. */
  readonly leases?: Pick<ReadLeases, "close"> | undefined;
  /** May an answer be given that no commit proves? */
  readonly mayAnswer: () => boolean;
  /** Not given: traces are carried on, and that is all. */
  readonly spans?: ActorSpans;
};

export type HostCounts = {
  readonly waiting: number;
  readonly hot: number;
  readonly idle: number;
  readonly idleBytes: number;
  readonly partitions: number;
};

export function countsOf(partitions: Iterable<AnyPartition>, waiting: number): HostCounts {
  let [hot, idle, idleBytes, count] = [0, 0, 0, 0];
  for (const { activations, slab } of partitions) {
    hot += activations.size;
    idle += slab.size;
    idleBytes += slab.bytes;
    count += 1;
  }
  return { waiting, hot, idle, idleBytes, partitions: count };
}
