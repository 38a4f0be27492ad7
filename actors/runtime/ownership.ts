import { setTimeout as delay } from "node:timers/promises";
import { Exclusions } from "./exclusions.ts";
import type { PartitionHolder } from "./holder.ts";
import type { Membership } from "./membership.ts";
import { type OwnershipPlan, planOf } from "./ownership-plan.ts";
import type { ActorStore, ClaimedPartition, Log, PartitionRecord, PartitionRef } from "./ports.ts";
import type { Exclusion, RouteHint, Signals } from "./signals.ts";
import type { ClusterView } from "./view.ts";
import { ViewReader, type ViewReaderOptions } from "./view-reader.ts";

/** Of each type: a gateway misses one of its actors at a time, and a node with many types leaves as fast. */
const HAND_OFFS_AT_ONCE = 8;
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
  readonly #moving = new Map<string, string>();
  readonly #told = new Map<string, number>();
  readonly #exclusions: Exclusions;
  readonly #reader: ViewReader;
  #looking: Promise<void> | undefined;
  #isStale = false;
  #isStopped = false;
  #handingOff: Promise<unknown> | undefined;
  #problem: string | undefined;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.#exclusions = new Exclusions(options.exclusionMs, options.monotonic);
    this.#reader = new ViewReader(options);
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
      await this.#handingOff;
      const isDone = types.every((type) => (this.#plan(type)?.handOff ?? []).length === 0);
      if (isDone || monotonic() >= deadline) return;
      await delay(LEAVE_ROUND_MS);
    }
  }

  /** Gives away what others can take, then gives back the rest, and holds nothing of this type any more. */
  async retire(holder: PartitionHolder): Promise<void> {
    if (this.#holders.get(holder.typeName) !== holder) return;
    if (!this.#leaving.has(holder.typeName)) await this.leave([holder.typeName], LEAVE_MS);
    await this.#giveBack(
      holder,
      [...holder.partitions].map(({ partition }) => partition),
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
    await this.#giveBack(holder, [partition]);
    return true;
  }

  exclude(exclusion: Exclusion): void {
    this.#exclusions.add(exclusion);
  }

  learn({ type, owner, partitions }: RouteHint): void {
    for (const { partition, epoch } of partitions)
      this.#options.routes.learn(type, partition, { owner, epoch });
  }

  /** Nothing is looked after from now on; resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#looking;
    await this.#handingOff;
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
      this.#options.log.warn("owners could not be looked after; it is tried again", { problem });
    this.#problem = problem;
  }

  async #act(): Promise<void> {
    const plans = [...this.#holders.values()].map((holder) => ({
      holder,
      plan: this.#plan(holder.typeName),
    }));
    for (const { holder, plan } of plans) this.#drop(holder, plan?.lost ?? []);
    if (this.#options.membership.isLive && this.#options.signals.isConnected)
      await this.#claim(plans.flatMap(({ plan }) => plan?.claim ?? []));
    const forgotten = plans.flatMap(({ plan }) => plan?.release ?? []);
    if (forgotten.length > 0) await this.#options.store.release(forgotten);
    for (const { holder, plan } of plans) this.#handOff(holder, plan?.handOff ?? []);
    for (const { holder, plan } of plans) if (isAtRest(plan)) this.#tell(holder);
  }

  /** Once per change of what is held here, not per partition on its way. */
  #tell({ typeName, partitions }: PartitionHolder): void {
    const count = [...partitions].length;
    if (count !== this.#told.get(typeName))
      this.#options.log.info("partitions held", { type: typeName, count });
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
      records: view.records.filter((record) => record.type === type && !this.#moving.has(keyOf(record))),
      sessions: view.sessions,
      now: view.now,
      held: this.#heldBy(holder),
      isSettled,
      isLeaving: this.#leaving.has(type),
      admits: (nodeId, partition) => !this.#exclusions.has({ type, partition, nodeId }),
    });
  }

  #heldBy(holder: PartitionHolder): Map<number, number> {
    return new Map(Array.from(holder.partitions, ({ partition, epoch }) => [partition, epoch]));
  }

  #drop(holder: PartitionHolder, lost: readonly number[]): void {
    for (const partition of lost) holder.drop(partition);
    if (lost.length > 0) this.#options.onLost(holder.typeName, lost);
  }

  async #claim(wanted: readonly PartitionRecord[]): Promise<void> {
    if (wanted.length === 0) return;
    const { store, nodeId, signals } = this.#options;
    const claimed = await store.claim(wanted, nodeId);
    await this.#options.beforeServing?.(claimed);
    const adopted = await Promise.all(claimed.map((partition) => this.#adopt(partition)));
    const served = claimed.filter((_, index) => adopted[index]);
    for (const [type, partitions = []] of Map.groupBy(served, (one) => one.type)) {
      const hint = { type, owner: nodeId, partitions: partitions.map(refOf) };
      this.learn(hint);
      signals.routes(hint);
    }
  }

  async #adopt(claimed: ClaimedPartition): Promise<boolean> {
    const { store, log } = this.#options;
    const { type, partition } = claimed;
    try {
      const holder = this.#holders.get(type);
      if (!holder) throw new Error("its type is not served here any more");
      await holder.adopt(claimed);
      return true;
    } catch (error) {
      log.error("a partition could not be served; it is given back", {
        type,
        partition,
        error: String(error),
      });
      await store.release([claimed]);
      return false;
    }
  }

  /** A few at a time, so that the others are served meanwhile. */
  #handOff(holder: PartitionHolder, partitions: readonly number[]): void {
    const now = partitions.slice(0, Math.max(0, HAND_OFFS_AT_ONCE - this.#movingOf(holder.typeName)));
    if (now.length === 0) return;
    const others = this.#handingOff;
    const run = this.#giveBack(holder, now).catch((error: unknown) => this.#report(error));
    this.#handingOff = Promise.all([others, run]);
    void run.then(() => this.look());
  }

  #movingOf(type: string): number {
    return [...this.#moving.values()].filter((moving) => moving === type).length;
  }

  async #giveBack(holder: PartitionHolder, partitions: readonly number[]): Promise<void> {
    const refs = [...holder.partitions].filter(({ partition }) => partitions.includes(partition)).map(refOf);
    for (const ref of refs) this.#moving.set(keyOf(ref), ref.type);
    try {
      await Promise.all(refs.map(({ partition }) => holder.surrender(partition)));
      await this.#options.store.release(refs);
      this.#options.signals.changed();
    } finally {
      for (const ref of refs) this.#moving.delete(keyOf(ref));
    }
  }
}

function isAtRest(plan: OwnershipPlan | undefined): boolean {
  return plan !== undefined && plan.claim.length + plan.handOff.length + plan.lost.length === 0;
}

function refOf({ type, partition, epoch }: PartitionRef): PartitionRef {
  return { type, partition, epoch };
}

function keyOf({ type, partition }: PartitionRef): string {
  return `${type}/${partition}`;
}
