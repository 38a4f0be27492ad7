import { Heap } from "heap-js";
import { type Activation, decode, type Envelope, encode, NO_TIMERS, nextDue } from "./activation.ts";
import type { ActorType } from "./actor.ts";
import type { CommitTarget } from "./commit-batch.ts";
import { foldChange } from "./fold.ts";
import type { ClaimedPartition, CommitRow, PartitionProgress, Snapshot, StoredDocument } from "./ports.ts";
import { Slab } from "./slab.ts";

const NOBODY: ReadonlySet<string> = new Set();

type Due = { readonly at: number; readonly actorId: string };

/** The part of an actor type that its memory needs. */
type Rules<State> = Pick<
  ActorType<State, never, never, unknown>,
  "initial" | "evolve" | "isEmpty" | "pack" | "unpack"
>;

type PartitionHooks = {
  readonly onCommitted: (row: CommitRow) => void;
  readonly onFenced: () => void;
};

type AnyActivation = Activation<unknown, unknown>;

/** A partition as the periodic work sees it, whatever its actors are. */
export type AnyPartition = CommitTarget & {
  readonly owned: boolean;
  readonly publishedPos: number;
  readonly stored: { readonly snapshotPos: number; readonly publishedPos: number };
  readonly slab: Slab;
  readonly activations: ReadonlyMap<string, AnyActivation>;
  noteStored(progress: PartitionProgress): void;
  readonly dirty: Iterable<AnyActivation>;
  noteSaved(activation: AnyActivation, pos: number): void;
  snapshotOf(activation: AnyActivation): Snapshot;
  isClean(activation: AnyActivation): boolean;
  passivate(activation: AnyActivation): void;
};

/** The part of a node's memory that belongs to one owned partition, and goes with it. */
export class Partition<State, Message> implements CommitTarget {
  readonly type: string;
  readonly partition: number;
  readonly epoch: number;
  readonly slab = new Slab();
  readonly #actorType: Rules<State>;
  readonly #hooks: PartitionHooks;
  readonly #activations = new Map<string, Activation<State, Message>>();
  readonly #due = new Heap<Due>((a, b) => a.at - b.at);
  readonly #dirty = new Set<Activation<State, Message>>();
  #pos: number;
  /** Up to here the bus has the rows. */
  publishedPos: number;
  #stored: { readonly snapshotPos: number; readonly publishedPos: number };
  /** Since when timers are looked at here (epoch milliseconds); none fires before. */
  since = Number.POSITIVE_INFINITY;
  /** Ends with the loss of the partition. */
  owned = true;
  /** It takes no more messages: it is on its way to another node. */
  isLeaving = false;

  constructor(actorType: Rules<State>, claimed: ClaimedPartition, hooks: PartitionHooks) {
    this.#actorType = actorType;
    this.#hooks = hooks;
    this.type = claimed.type;
    this.partition = claimed.partition;
    this.epoch = claimed.epoch;
    this.publishedPos = claimed.publishedPos;
    this.#stored = { snapshotPos: claimed.snapshotPos, publishedPos: claimed.publishedPos };
    this.#pos = claimed.rows.at(-1)?.pos ?? Math.max(claimed.snapshotPos, claimed.publishedPos);
    for (const { actorId, dueTime } of claimed.dueTimers) this.schedule(actorId, dueTime);
  }

  get pos(): number {
    return this.#pos;
  }

  get activations(): ReadonlyMap<string, Activation<State, Message>> {
    return this.#activations;
  }

  /** Progress as the store has it. */
  get stored(): { readonly snapshotPos: number; readonly publishedPos: number } {
    return this.#stored;
  }

  noteStored({ snapshotPos, publishedPos }: PartitionProgress): void {
    this.#stored = { snapshotPos, publishedPos };
  }

  onCommitted(row: CommitRow): void {
    this.#pos = row.pos;
    this.#hooks.onCommitted(row);
  }

  onFenced(): void {
    this.#hooks.onFenced();
  }

  find(actorId: string): Activation<State, Message> | undefined {
    return this.#activations.get(actorId);
  }

  /** A new activation: valid at once when the slab has its document, else waiting to be loaded. */
  create(actorId: string): Activation<State, Message> {
    const idle = this.slab.take(actorId);
    const envelope = idle ? decode(this.#actorType, idle.document) : this.#empty(actorId);
    const activation: Activation<State, Message> = {
      actorId,
      status: idle ? "valid" : "creating",
      pending: envelope,
      committed: envelope,
      pos: idle?.pos ?? 0,
      gate: undefined,
      mailbox: [],
      touched: true,
    };
    this.#activations.set(actorId, activation);
    return activation;
  }

  /** Sets the loaded document (or none) and makes the activation valid. */
  activate(activation: Activation<State, Message>, stored: StoredDocument | undefined): void {
    const envelope = stored ? decode(this.#actorType, stored.document) : this.#empty(activation.actorId);
    activation.pending = envelope;
    activation.committed = envelope;
    activation.pos = stored?.pos ?? 0;
    activation.status = "valid";
  }

  /** Brings a valid activation up to date with committed rows that its document does not hold yet. */
  replay(rows: readonly CommitRow[]): void {
    for (const row of rows) {
      for (const change of row.changes) {
        const activation = this.find(change.actorId);
        if (!activation || activation.pos >= row.pos || change.deadLetter) continue;
        activation.pending = foldChange(this.#actorType, activation.pending, change);
      }
      for (const { actorId } of row.changes) this.#settleReplayed(actorId, row.pos);
    }
  }

  #settleReplayed(actorId: string, pos: number): void {
    const activation = this.find(actorId);
    if (activation && activation.pos < pos) this.markCommitted(activation, activation.pending, pos);
  }

  markCommitted(activation: Activation<State, Message>, envelope: Envelope<State>, pos: number): void {
    activation.committed = envelope;
    activation.pos = pos;
    this.#dirty.add(activation);
    const due = envelope.timers === NO_TIMERS ? null : nextDue(envelope.timers);
    if (due !== null) this.schedule(activation.actorId, due);
  }

  schedule(actorId: string, at: number): void {
    this.#due.push({ at, actorId });
  }

  /** The actors with a timer due at `now`, each once. */
  takeDue(now: number): ReadonlySet<string> {
    this.since = Math.min(this.since, now);
    const first = this.#due.peek();
    if (!first || first.at > now) return NOBODY;
    const actorIds = new Set<string>();
    for (let next = this.#due.peek(); next && next.at <= now; next = this.#due.peek()) {
      actorIds.add(next.actorId);
      this.#due.pop();
    }
    return actorIds;
  }

  /** The actors with changes that are in no snapshot. */
  get dirty(): Iterable<Activation<State, Message>> {
    return this.#dirty;
  }

  /** A snapshot of the actor is stored; it stays dirty when it has changed meanwhile. */
  noteSaved(activation: Activation<State, Message>, pos: number): void {
    if (activation.pos === pos) this.#dirty.delete(activation);
  }

  snapshotOf({ actorId, committed, pos }: Activation<State, Message>): Snapshot {
    const { type, partition, epoch } = this;
    const gone = committed.timers === NO_TIMERS && this.#actorType.isEmpty(committed.state);
    const document = gone ? null : encode(this.#actorType, committed);
    return { type, partition, epoch, actorId, pos, document, dueTime: nextDue(committed.timers) };
  }

  /** Moves a clean, idle actor out of the heap of objects; an empty one is just forgotten. */
  passivate(activation: Activation<State, Message>): void {
    const { document, actorId, pos } = this.snapshotOf(activation);
    this.#activations.delete(actorId);
    if (document !== null) this.slab.put(actorId, document, pos);
  }

  isClean(activation: Activation<State, Message>): boolean {
    return !activation.gate && !this.#dirty.has(activation);
  }

  /** Forgets everything; messages that still wait are returned. */
  abandon(): Message[] {
    this.owned = false;
    const waiting = [...this.#activations.values()].flatMap((activation) => activation.mailbox);
    for (const activation of this.#activations.values()) activation.status = "invalid";
    this.#activations.clear();
    this.#dirty.clear();
    this.#due.clear();
    this.slab.clear();
    return waiting;
  }

  #empty(actorId: string): Envelope<State> {
    return { state: this.#actorType.initial(actorId), timers: NO_TIMERS };
  }
}
