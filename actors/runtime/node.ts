import { setTimeout as delay } from "node:timers/promises";
import { Committer } from "./committer.ts";
import type { PartitionHolder } from "./holder.ts";
import { Membership } from "./membership.ts";
import { LEAVE_MS, Ownership } from "./ownership.ts";
import type { AnyPartition } from "./partition.ts";
import { placeKey } from "./partition-map.ts";
import { PeerWatch } from "./peer-watch.ts";
import type { ActorStore, Clock, Log, PartitionRef, Session, SessionStore } from "./ports.ts";
import type { ReadLeases } from "./read-leases.ts";
import type { Routes } from "./routes.ts";
import type { Signals } from "./signals.ts";
import { Snapshotter } from "./snapshotter.ts";
import type { ActorSpans } from "./spans.ts";
import { type Evictions, Sweeper } from "./sweeper.ts";

const TICK_MS = 50;
const SETTLE_MS = 5000;
const EXCLUSION_MS = 600_000;
const LOOK_MS = 500;
const WATCH_MS = 250;

export type ActorNodeOptions = {
  readonly session: Omit<Session, "types" | "isDraining">;
  readonly sessionTtlMs: number;
  readonly store: ActorStore;
  readonly sessions: SessionStore;
  readonly signals: Signals;
  readonly routes: Routes;
  /** Nobody else may use this store at the same time. */
  readonly isExclusive: boolean;
  /** Is the process of that session certainly gone? Only asked about an exclusive store's. */
  readonly isGone: (session: Session) => boolean;
  readonly clock: Clock;
  /** Milliseconds that only grow, whatever the wall clock does. */
  readonly monotonic: () => number;
  readonly log: Log;
  /** This node must not go on. */
  readonly onFatal: (reason: string) => void;
  /** These nodes are no members any more: calls to them need not be waited for. */
  readonly onGone: (nodeIds: readonly string[]) => void;
  /** Where views of actors are cached; their leases follow what is owned here. */
  readonly leases?: ReadLeases | undefined;
  readonly snapshotLagMs: number;
  readonly idleMs: number;
  readonly maxIdleBytes: number;
  /** No partition that has an owner moves for so long after the nodes have changed (milliseconds); 5 s if not given. */
  readonly settleMs?: number;
  readonly spans?: ActorSpans;
};

/** A host, whatever its actors are. */
export type AnyHost = PartitionHolder & {
  readonly partitions: Iterable<AnyPartition>;
  drain(): Promise<void>;
  fireTimers(): void;
};

/** Everything about actors that a node has once: its session, what it owns, the committer, and the periodic work. */
export class ActorNode {
  readonly committer: Committer;
  readonly ownership: Ownership;
  readonly #options: ActorNodeOptions;
  readonly #membership: Membership;
  readonly #watch: PeerWatch;
  readonly #hosts = new Set<AnyHost>();
  readonly #snapshotter: Snapshotter;
  readonly #sweeper: Sweeper;
  readonly #timers: NodeJS.Timeout[] = [];
  #isDraining = false;
  #isFenced = false;

  constructor(options: ActorNodeOptions) {
    const { store, sessions, signals, routes, log, clock, monotonic, snapshotLagMs, idleMs, maxIdleBytes } =
      options;
    const partitions = () => this.#partitions();
    const look = () => void this.ownership.look();
    this.#options = options;
    this.committer = new Committer(store, log, (rows) => options.leases?.changed(rows), options.spans);
    this.#membership = new Membership({
      sessions,
      ttlMs: options.sessionTtlMs,
      session: () => this.#session(),
      monotonic,
      log,
      mayBegin: () => signals.isConnected,
      onLost: look,
      onReplaced: ({ host, pid }) =>
        options.onFatal(
          `another process (pid ${pid} on ${host}) runs under the same NODE_ID; give this one its own`,
        ),
    });
    this.ownership = new Ownership({
      nodeId: options.session.nodeId,
      store,
      sessions: { live: () => this.#liveSessions() },
      membership: this.#membership,
      signals,
      routes,
      monotonic,
      log,
      settleMs: options.settleMs ?? SETTLE_MS,
      exclusionMs: EXCLUSION_MS,
      beforeServing: (claimed) => options.leases?.open(claimed) ?? Promise.resolve(),
      // The next owner then has little to read, and nothing that the bus has already.
      beforeGiving: (refs) => this.#snapshotter.save(() => this.#partitionsOf(refs)),
      onGone: options.onGone,
      onLost: () => void this.fenced(),
    });
    const { instanceId } = options.session;
    const view = () => this.ownership.view;
    this.#watch = new PeerWatch({ instanceId, view, signals, sessions, log, onEnded: look });
    this.#snapshotter = new Snapshotter({
      store,
      committer: this.committer,
      partitions,
      clock,
      log,
      maxLagMs: snapshotLagMs,
    });
    this.#sweeper = new Sweeper({ partitions, turnMs: idleMs, tickMs: TICK_MS, maxIdleBytes });
  }

  /** Why this node cannot take changes now; empty when it can. */
  get problems(): string[] {
    const { problem } = this.committer;
    return [
      ...(problem ? [`store: ${problem}`] : []),
      ...(this.#isFenced ? ["another node owns the partitions"] : []),
    ];
  }

  get evictions(): Evictions {
    return this.#sweeper.evictions;
  }

  /** May answers be given that no commit proves? Past the session's time somebody else may know better. */
  get mayAnswer(): boolean {
    return this.#membership.isLive;
  }

  /** Begins the session; throws when another process uses an exclusive store. */
  async start(): Promise<void> {
    const { isExclusive, signals, session } = this.#options;
    if (isExclusive) await this.#waitForOthers();
    signals.start(session.instanceId, {
      onChanged: () => void this.ownership.look(),
      onRoutes: (hint) => this.ownership.learn(hint),
      onExcluded: (exclusion) => this.ownership.exclude(exclusion),
      onOffered: (offer) => this.ownership.accept(offer),
    });
    await this.#membership.start();
    await this.ownership.look();
    this.#every(LOOK_MS, () => void this.ownership.look());
    this.#every(WATCH_MS, () => void this.#watch.tick());
    this.#every(TICK_MS, () => this.#tick());
  }

  /** Ends the periodic work, and nothing else: what is owned stays so until the session has run out. */
  abandon(): void {
    this.#endTimers();
    this.#membership.abandon();
    this.#options.signals.stop();
  }

  async stop(): Promise<void> {
    this.#endTimers();
    await this.ownership.stop();
    if (!this.#isFenced) await this.#membership.end();
    // The others shall learn it from us before they miss us.
    this.#options.signals.changed();
    this.abandon();
  }

  /** Serves partitions of the host's type; resolves when those without an owner are served. */
  async serve(host: AnyHost): Promise<void> {
    this.#hosts.add(host);
    await this.ownership.serve(host);
  }

  /** Gives all partitions to other nodes, as long as there are any; at most for `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    await this.ownership.leave(this.ownership.types, timeoutMs);
  }

  /** Answers what was accepted, saves everything and gives the partitions back. */
  async retire(host: AnyHost): Promise<void> {
    if (!this.#hosts.has(host)) return;
    await this.ownership.leave([host.typeName], LEAVE_MS);
    await host.drain();
    await this.#snapshotter.round();
    await this.ownership.retire(host);
    this.#hosts.delete(host);
  }

  /** To be called when a partition turned out to have another owner. */
  async fenced(): Promise<void> {
    const { isExclusive, sessions, session, onFatal } = this.#options;
    if (!isExclusive) return this.ownership.look();
    if (this.#isFenced) return;
    this.#isFenced = true;
    this.abandon();
    const live = await sessions.live().catch(() => ({ sessions: [] }));
    const others = live.sessions.filter(({ instanceId }) => instanceId !== session.instanceId);
    const who =
      others.map(({ nodeId, pid }) => `node ${nodeId} (pid ${pid})`).join(", ") || "another process";
    onFatal(`${who} has taken the partitions over; this process wrote nothing since and stops`);
  }

  #session(): Session {
    return { ...this.#options.session, types: this.ownership.types, isDraining: this.#isDraining };
  }

  /** Of an exclusive store only those count whose process may still run: nobody else is waited for. */
  async #liveSessions() {
    const { sessions, isExclusive, isGone, session } = this.#options;
    const live = await sessions.live();
    if (!isExclusive) return live;
    const isOther = (one: Session) => one.instanceId !== session.instanceId;
    return { ...live, sessions: live.sessions.filter((one) => !isOther(one) || !isGone(one)) };
  }

  async #waitForOthers(): Promise<void> {
    const { sessionTtlMs, monotonic, log } = this.#options;
    const deadline = monotonic() + sessionTtlMs * 1.5;
    for (let told = false; ; told = true) {
      const [first] = (await this.#liveSessions()).sessions;
      if (!first) return;
      const who = `node ${first.nodeId} (pid ${first.pid} on ${first.host})`;
      if (monotonic() > deadline)
        throw new Error(
          `the data is in use by ${who}; stop it, or give this one a DATA_DIR or DATABASE_URL of its own`,
        );
      if (!told)
        log.info("waiting for the session of another node to end", {
          "node.id": first.nodeId,
          "node.host": first.host,
          "node.pid": first.pid,
        });
      await delay(100);
    }
  }

  #tick(): void {
    for (const host of this.#hosts) host.fireTimers();
    this.#snapshotter.tick();
    this.#sweeper.tick();
  }

  #every(ms: number, action: () => void): void {
    this.#timers.push(setInterval(action, ms));
  }

  #endTimers(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  #partitionsOf(refs: readonly PartitionRef[]): AnyPartition[] {
    const places = new Set(refs.map(placeKey));
    return [...this.#partitions()].filter((partition) => places.has(placeKey(partition)));
  }

  *#partitions(): Generator<AnyPartition> {
    for (const host of this.#hosts) yield* host.partitions;
  }
}
