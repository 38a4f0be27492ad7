import { setTimeout as delay } from "node:timers/promises";
import { Claims } from "./claims.ts";
import { Exclusions } from "./exclusions.ts";
import { HandOffs } from "./hand-offs.ts";
import type { PartitionHolder } from "./holder.ts";
import type { Membership } from "./membership.ts";
import { type OwnershipPlan, planOf } from "./ownership-plan.ts";
import type { ActorStore, Log, PartitionRef } from "./ports.ts";
import type { Exclusion, Offer, RouteHint, Signals } from "./signals.ts";
import type { ClusterView } from "./view.ts";
import { ViewReader, type ViewReaderOptions } from "./view-reader.ts";

/** Others have so long to take what is not served here any more. */
export const LEAVE_MS = 10_000;
/** So that a store that is away is not asked all the time. */
const LEAVE_ROUND_MS = 10;

/** A partition that has an owner moves only while the nodes are settled. */
type OwnershipOptions = ViewReaderOptions & {
  readonly nodeId: string;
  readonly store: Pick<ActorStore, "createPartitions" | "partitions" | "claim" | "release">;
  readonly membership: Pick<Membership, "begin" | "isLive">;
  readonly signals: Signals;
  readonly log: Log;
  /** A partition given away by hand stays away for so long (milliseconds). */
  readonly exclusionMs: number;
  /** Waited for between a claim and the first message. */
  readonly beforeServing?: ((claimed: readonly PartitionRef[]) => Promise<void>) | undefined;
  /** Waited for before partitions are given away, while they are served. */
  readonly beforeGiving?: ((refs: readonly PartitionRef[]) => Promise<void>) | undefined;
  /** Another node has one of our partitions. */
  readonly onLost: (type: string, partitions: readonly number[]) => void;
};

/**
 * Keeps what this node owns in line with what it should own: reads sessions and owners from the store, claims what
 * has no live owner and is meant for it, gives away what is meant for others.
 */
export class Ownership {
  readonly #options: OwnershipOptions;
  readonly #holders = new Map<string, PartitionHolder>();
  readonly #leaving = new Set<string>();
  readonly #told = new Map<string, number>();
  readonly #exclusions: Exclusions;
  readonly #reader: ViewReader;
  readonly #claims: Claims;
  readonly #handOffs: HandOffs;
  #looking: Promise<void> | undefined;
  #isStale = false;
  #isStopped = false;
  #problem: string | undefined;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.#exclusions = new Exclusions(options.exclusionMs, options.monotonic);
    this.#reader = new ViewReader(options);
    this.#claims = new Claims({ ...options, holderOf: (type) => this.#holders.get(type) });
    this.#handOffs = new HandOffs({
      ...options,
      onReleased: (refs) => this.#released(refs),
      onRoom: () => this.#handOff(),
      onError: (error) => this.#report(error),
    });
  }

  get view(): ClusterView | undefined {
    return this.#reader.view;
  }

  /** The partition types this node takes partitions of. */
  get types(): string[] {
    return [...this.#holders.keys()].filter((type) => !this.#leaving.has(type));
  }

  get heldCount(): number {
    let count = 0;
    for (const holder of this.#holders.values()) count += [...holder.partitions].length;
    return count;
  }

  /** Begins to take partitions of the holder's type; resolves when those that had no owner are served. */
  async serve(holder: PartitionHolder): Promise<void> {
    const { store, membership } = this.#options;
    await store.createPartitions(holder.typeName, holder.partitionCount);
    this.#holders.set(holder.typeName, holder);
    await membership.begin();
    await this.look();
  }

  /** Other nodes shall take the holder's partitions; resolves when nobody is left who could, or at the deadline. */
  async leave(types: readonly string[], timeoutMs: number): Promise<void> {
    const { membership, monotonic, signals } = this.#options;
    for (const type of types) this.#leaving.add(type);
    await membership.begin();
    signals.changed();
    const deadline = monotonic() + timeoutMs;
    for (;;) {
      await this.look();
      await this.#handOffs.settled();
      const isDone = types.every((type) => (this.#plan(type)?.handOff ?? []).length === 0);
      if (isDone || monotonic() >= deadline) return;
      await delay(LEAVE_ROUND_MS);
    }
  }

  /** Gives away what others can take, then gives back the rest, and holds nothing of this type any more. */
  async retire(holder: PartitionHolder): Promise<void> {
    if (this.#holders.get(holder.typeName) !== holder) return;
    if (!this.#leaving.has(holder.typeName)) await this.leave([holder.typeName], LEAVE_MS);
    await this.#handOffs.give(
      holder,
      Array.from(holder.partitions, ({ partition }) => ({ partition, to: undefined })),
    );
    this.#holders.delete(holder.typeName);
    this.#leaving.delete(holder.typeName);
  }

  /** Moves a partition that is held here to the node that comes next; false when it is not held here. */
  async giveAway(type: string, partition: number): Promise<boolean> {
    const holder = this.#holders.get(type);
    if (!holder || !this.#heldBy(holder).has(partition)) return false;
    const exclusion = { type, partition, nodeId: this.#options.nodeId };
    this.exclude(exclusion);
    this.#options.signals.excluded(exclusion);
    const next = this.#plan(type)?.handOff.find((move) => move.partition === partition);
    await this.#handOffs.give(holder, [next ?? { partition, to: undefined }]);
    return true;
  }

  exclude(exclusion: Exclusion): void {
    this.#exclusions.add(exclusion);
  }

  learn({ type, owner, partitions }: RouteHint): void {
    for (const { partition, epoch } of partitions)
      this.#options.routes.learn(type, partition, { owner, epoch });
  }

  /** Takes what was given back for this node. What is lost here is found when the store is looked into next. */
  accept({ to, type, partitions }: Offer): void {
    if (to !== this.#options.nodeId || this.#isStopped || !this.types.includes(type)) return;
    const refs = partitions.map((one) => ({ type, ...one }));
    this.#take(refs).catch((error: unknown) => this.#report(error));
  }

  /** Nothing is looked after from now on; resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#looking;
    await this.#claims.settled();
    await this.#handOffs.settled();
  }

  /** Reads the store and acts; somebody who asks while that goes on gets a new look after it. */
  look(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    if (this.#looking) {
      this.#isStale = true;
      return this.#looking;
    }
    this.#looking = this.#lookUntilFresh().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookUntilFresh(): Promise<void> {
    do {
      this.#isStale = false;
      try {
        await this.#reader.read();
        await this.#act();
        this.#problem = undefined;
      } catch (error) {
        this.#report(error);
      }
    } while (this.#isStale && !this.#isStopped);
  }

  #report(error: unknown): void {
    const problem = String(error);
    if (problem !== this.#problem)
      this.#options.log.warn("owners could not be looked after; it is tried again", { error });
    this.#problem = problem;
  }

  async #act(): Promise<void> {
    const plans = [...this.#holders.values()].map((holder) => ({
      holder,
      plan: this.#plan(holder.typeName),
    }));
    for (const { holder, plan } of plans) this.#drop(holder, plan?.lost ?? []);
    await this.#take(plans.flatMap(({ plan }) => plan?.claim ?? []));
    const forgotten = plans.flatMap(({ plan }) => plan?.release ?? []);
    if (forgotten.length > 0) await this.#options.store.release(forgotten);
    for (const { holder, plan } of plans) this.#handOffs.begin(holder, plan?.handOff ?? []);
    for (const { holder, plan } of plans) if (isAtRest(plan)) this.#tell(holder);
  }

  async #take(refs: readonly PartitionRef[]): Promise<void> {
    const { membership, signals } = this.#options;
    if (membership.isLive && signals.isConnected) await this.#claims.claim(refs);
  }

  #released(refs: readonly PartitionRef[]): void {
    for (const { type, partition, epoch } of refs)
      this.#options.routes.learn(type, partition, { owner: null, epoch });
    this.#reader.noteReleased(refs);
  }

  /** The next ones by what is known already: who leaves need not read the store for each few. */
  #handOff(): void {
    if (this.#isStopped) return;
    for (const holder of this.#holders.values())
      this.#handOffs.begin(holder, this.#plan(holder.typeName)?.handOff ?? []);
  }

  /** Once per change of what is held here, not per partition on its way. */
  #tell({ typeName, partitions }: PartitionHolder): void {
    const count = [...partitions].length;
    if (count !== this.#told.get(typeName))
      this.#options.log.info("partitions held", { "actor.type": typeName, "items.count": count });
    this.#told.set(typeName, count);
  }

  #plan(type: string): OwnershipPlan | undefined {
    const holder = this.#holders.get(type);
    const { view, isSettled } = this.#reader;
    if (!holder || !view) return undefined;
    return planOf({
      me: this.#options.nodeId,
      type,
      count: holder.partitionCount,
      records: view.records.filter((record) => record.type === type && !this.#isMoving(record)),
      sessions: view.sessions,
      now: view.now,
      held: this.#heldBy(holder),
      isSettled,
      isLeaving: this.#leaving.has(type),
      admits: (nodeId, partition) => !this.#exclusions.has({ type, partition, nodeId }),
    });
  }

  #isMoving(record: PartitionRef): boolean {
    return this.#handOffs.has(record) || this.#claims.has(record);
  }

  #heldBy(holder: PartitionHolder): Map<number, number> {
    return new Map(Array.from(holder.partitions, ({ partition, epoch }) => [partition, epoch]));
  }

  #drop(holder: PartitionHolder, lost: readonly number[]): void {
    for (const partition of lost) holder.drop(partition);
    if (lost.length > 0) this.#options.onLost(holder.typeName, lost);
  }
}

function isAtRest(plan: OwnershipPlan | undefined): boolean {
  return plan !== undefined && plan.claim.length + plan.handOff.length + plan.lost.length === 0;
}
