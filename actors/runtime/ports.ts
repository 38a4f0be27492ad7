import type { TimerChange } from "./actor.ts";
import type { LogFields } from "./log-fields.ts";
import type { Trace } from "./spans.ts";

/** One message's effect, as it is committed. Either events (with timers), or a dead letter. */
export type Change = {
  readonly actorId: string;
  /** Epoch milliseconds; the `now` of the decision. */
  readonly time: number;
  readonly events?: readonly unknown[];
  readonly timers?: readonly TimerChange[];
  readonly deadLetter?: DeadLetter;
  /** What has caused it, when that is traced. */
  readonly trace?: Trace;
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

/** Who may write a partition, by the word of the store. `owner` is a node id; null when it was given back. */
export type PartitionRecord = PartitionRef & { readonly owner: string | null };

/** The store of record. Every write is fenced: what carries a stale epoch is not written. */
export type ActorStore = {
  /** Creates the partitions of a type once (several nodes may try at the same time); their number can not change later. */
  readonly createPartitions: (type: string, count: number) => Promise<void>;
  /** All partitions of all types, by type and number. */
  readonly partitions: () => Promise<PartitionRecord[]>;
  /**
   * Takes partitions over whose epoch is still the one seen: raises it, so that an earlier owner can write nothing
   * from the moment this resolves. What another node claimed meanwhile is left out of the result.
   */
  readonly claim: (seen: readonly PartitionRef[], owner: string) => Promise<ClaimedPartition[]>;
  /** Gives partitions back: their owner is null from now on. The epoch stays, and with it the fence. */
  readonly release: (partitions: readonly PartitionRef[]) => Promise<void>;
  readonly load: (type: string, actorIds: readonly string[]) => Promise<StoredDocument[]>;
  /**
   * All rows in one statement; returns those refused because of their epoch, or because another row has their place.
   * Committing the same row again (its outcome was unknown) counts as written.
   */
  readonly commit: (rows: readonly CommitRow[]) => Promise<readonly CommitRow[]>;
  readonly saveSnapshots: (snapshots: readonly Snapshot[]) => Promise<void>;
  /** Stores how far partitions are, and forgets the rows that are snapshotted and published. */
  readonly advance: (progress: readonly PartitionProgress[]) => Promise<void>;
};

/** A node instance that says it is alive. */
export type Session = {
  readonly nodeId: string;
  /** Differs for every start of a process: a node that came back under its old name is another one. */
  readonly instanceId: string;
  readonly host: string;
  readonly pid: number;
  readonly roles: readonly string[];
  /** The partition types it takes partitions of. */
  readonly types: readonly string[];
  /** It gives its partitions away and wants no new ones. */
  readonly isDraining: boolean;
};

/** Times are epoch milliseconds by the clock of the store. */
export type LiveSession = Session & { readonly startTime: number; readonly expireTime: number };

/** Sessions end by themselves when they are not renewed; their time is the store's. */
export type SessionStore = {
  /** The sessions that have not ended, by node id, and the store's time at the same moment. */
  readonly live: () => Promise<{ readonly now: number; readonly sessions: LiveSession[] }>;
  /** Begins a session of `ttlMs` milliseconds. It replaces that of an earlier instance with the same node id. */
  readonly begin: (session: Session, ttlMs: number) => Promise<void>;
  /** Prolongs it to `ttlMs` from now, and stores `isDraining`; false when it has ended or was replaced. */
  readonly renew: (session: Session, ttlMs: number) => Promise<boolean>;
  /** Ends it at once, if this instance still has it. Also for a peer that is known to be gone. */
  readonly end: (session: Pick<Session, "nodeId" | "instanceId">) => Promise<void>;
};

/**
 * Takes committed rows, in order per partition; resolves when the row needs no keeping for the bus. Routine rows are
 * those that only groups want which keep all events.
 */
export type RowPublisher = { readonly publish: (row: CommitRow, isRoutine?: boolean) => Promise<void> };

/**
 * Committed changes as a consumer group gets them. A row that is too large for one message comes in several parts:
 * `first` is the index, in the whole row, of the first of its changes.
 */
export type DeliveredRow = CommitRow & { readonly first: number };

/** A group gets one delivery at a time, in the whole cluster; the rows of a partition come in order. */
export type Delivery = {
  /**
   * Grows from delivery to delivery of the bus, the same for all groups. A delivery that is handed out again keeps
   * its number, except that rows published twice (a crash in between) may come again under a new one.
   */
  readonly sequence: number;
  readonly rows: readonly DeliveredRow[];
};

/** Handing out is at least once: `handle` must bear copies. It is done when the promise resolves. */
export type Consumer = {
  /** Names the group; how far it is, is stored under this name. */
  readonly group: string;
  /** A new group begins with what is published from now on; this one with the oldest that the bus has kept. */
  readonly fromOldest?: boolean;
  /** It need not see rows of routine events only (`ActorType.isRoutine`); it may. */
  readonly skipsRoutine?: boolean;
  readonly handle: (delivery: Delivery) => Promise<void>;
};

/** A part that one group could not handle, however often it was tried. */
export type UndeliveredRow = {
  readonly id: string;
  readonly group: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly deliveries: number;
  readonly error: string;
  readonly row: DeliveredRow;
};

export type PendingDeliveries = { readonly group: string; readonly count: number };

/** The event bus: committed rows to consumer groups. */
export type EventBus = RowPublisher & {
  /** Before `start`. */
  readonly subscribe: (consumer: Consumer) => void;
  readonly start: () => Promise<void>;
  /** Resolves when no handler runs any more. What was not handled is handled after the next start. */
  readonly stop: () => Promise<void>;
  /** Of the groups that consume here: what was published and is not handled, in deliveries. */
  readonly pending: () => Promise<readonly PendingDeliveries[]>;
  /** At most `limit`, oldest first. */
  readonly undelivered: (limit: number) => Promise<UndeliveredRow[]>;
  /** Hands it to its group again, and forgets it when that succeeds; false when there is none with this id. */
  readonly redrive: (id: string) => Promise<boolean>;
};

/** Epoch milliseconds. */
export type Clock = () => number;

/** Where people are told what they should know. Messages are constant, so that they can be counted; fields have the ids. */
export type Log = {
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
};
