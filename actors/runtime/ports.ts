import type { TimerChange } from "./actor.ts";

/** One message's effect, as it is committed. Either events (with timers), or a dead letter. */
export type Change = {
  readonly actorId: string;
  /** Epoch milliseconds; the `now` of the decision. */
  readonly time: number;
  readonly events?: readonly unknown[];
  readonly timers?: readonly TimerChange[];
  readonly deadLetter?: DeadLetter;
};

/** A message that made `decide` fail, kept so that people can look at it. */
export type DeadLetter = { readonly command: unknown; readonly error: string };

/** The unit of commit: all changes of one partition in one tick. */
export type CommitRow = {
  readonly type: string;
  readonly partition: number;
  /** Grows by one with every row of the partition. */
  readonly pos: number;
  readonly epoch: number;
  readonly changes: readonly Change[];
};

export type PartitionRef = { readonly type: string; readonly partition: number; readonly epoch: number };

/** What a claim finds: everything needed to go on where the last owner stopped. */
export type ClaimedPartition = PartitionRef & {
  readonly snapshotPos: number;
  readonly publishedPos: number;
  /** The rows above the lower of the two positions, in order. */
  readonly rows: readonly CommitRow[];
  /** Actors with a stored timer, and when the first of it is due (epoch milliseconds). */
  readonly dueTimers: readonly { readonly actorId: string; readonly dueTime: number }[];
};

/** An actor's whole document, without the changes above `pos`. A null document removes it. */
export type Snapshot = PartitionRef & {
  readonly actorId: string;
  readonly pos: number;
  readonly document: string | null;
  readonly dueTime: number | null;
};

export type StoredDocument = { readonly actorId: string; readonly pos: number; readonly document: string };

export type PartitionProgress = PartitionRef & {
  readonly snapshotPos: number;
  readonly publishedPos: number;
};

/** The store of record. Every write is fenced: what carries a stale epoch is not written. */
export type ActorStore = {
  /** Creates the partitions of a type once; their number can not change later. */
  readonly createPartitions: (type: string, count: number) => Promise<void>;
  /** Takes the partitions of a type over: raises each epoch, so that an earlier owner can write nothing. */
  readonly claim: (type: string, owner: string) => Promise<ClaimedPartition[]>;
  readonly release: (partitions: readonly PartitionRef[]) => Promise<void>;
  readonly load: (type: string, actorIds: readonly string[]) => Promise<StoredDocument[]>;
  /**
   * All rows in one statement; returns those refused because of their epoch. Committing the same row again
   * (its outcome was unknown) counts as written.
   */
  readonly commit: (rows: readonly CommitRow[]) => Promise<readonly CommitRow[]>;
  readonly saveSnapshots: (snapshots: readonly Snapshot[]) => Promise<void>;
  /** Stores how far partitions are, and forgets the rows that are snapshotted and published. */
  readonly advance: (progress: readonly PartitionProgress[]) => Promise<void>;
};

/** A node instance that says it is alive. */
export type Session = { readonly nodeId: string; readonly host: string; readonly pid: number };

/** Sessions end by themselves when they are not renewed; their time is the store's. */
export type SessionStore = {
  /** The sessions that have not ended, of other nodes. */
  readonly others: (nodeId: string) => Promise<Session[]>;
  /** Begins or renews the session for `ttlMs` milliseconds from now. */
  readonly renew: (session: Session, ttlMs: number) => Promise<void>;
  readonly end: (nodeId: string) => Promise<void>;
};

/** Takes committed rows, in order per partition; resolves when the row needs no keeping for the bus. */
export type RowPublisher = { readonly publish: (row: CommitRow) => Promise<void> };

/** Epoch milliseconds. */
export type Clock = () => number;

/** Where the runtime tells what people should know. */
export type Log = {
  readonly info: (message: string, fields?: object) => void;
  readonly warn: (message: string, fields?: object) => void;
  readonly error: (message: string, fields?: object) => void;
};
