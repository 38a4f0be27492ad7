import type { ClaimedPartition, PartitionRef } from "./ports.ts";

/** What holds owned partitions of one type: the host of an actor type, the slots of a bridge. */
export type PartitionHolder = {
  readonly typeName: string;
  readonly partitionCount: number;
  /** Those held now. */
  readonly partitions: Iterable<PartitionRef>;
  /** Serves the partition from here on. Rejects when it cannot; the partition is then given back. */
  readonly adopt: (claimed: ClaimedPartition) => Promise<void>;
  /** Takes no more work for it and finishes what it has; afterwards the partition is given back to the store. */
  readonly surrender: (partition: number) => Promise<void>;
  /** Another node owns it: forgets all of it at once. */
  readonly drop: (partition: number) => void;
};
