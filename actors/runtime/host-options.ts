import type { ActorType, Downlink } from "./actor.ts";
import type { Committer } from "./committer.ts";
import type { ActorStore, Clock, Log, RowPublisher } from "./ports.ts";

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
  /** Told when the partition was lost to another owner. */
  readonly onFenced: (partition: number) => void;
};

export type HostCounts = {
  readonly waiting: number;
  readonly hot: number;
  readonly idle: number;
  readonly idleBytes: number;
  readonly partitions: number;
};
