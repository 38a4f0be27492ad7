import { setTimeout as delay } from "node:timers/promises";
import { Committer } from "./committer.ts";
import type { AnyPartition } from "./partition.ts";
import type { ActorStore, ClaimedPartition, Clock, Log, Session, SessionStore } from "./ports.ts";
import { Snapshotter } from "./snapshotter.ts";
import { Sweeper } from "./sweeper.ts";

const TICK_MS = 50;

export type ActorNodeOptions = {
  readonly session: Session;
  readonly sessionTtlMs: number;
  readonly store: ActorStore;
  readonly sessions: SessionStore;
  /** Is the process of that session certainly gone? Only tells what can be told without waiting. */
  readonly isGone: (session: Session) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** The partitions were taken by another node: this one must not go on. */
  readonly onFenced: (reason: string) => void;
  readonly snapshotLagMs: number;
  readonly idleMs: number;
  readonly maxIdleBytes: number;
};

/** A host, whatever its actors are. */
export type AnyHost = {
  readonly typeName: string;
  readonly partitionCount: number;
  readonly partitions: Iterable<AnyPartition>;
  adopt(claimed: ClaimedPartition): Promise<void>;
  drain(): Promise<void>;
  fireTimers(): void;
};

/** Everything about actors that a node has once: its session, the committer, and the periodic work. */
export class ActorNode {
  readonly committer: Committer;
  readonly #options: ActorNodeOptions;
  readonly #hosts = new Set<AnyHost>();
  readonly #snapshotter: Snapshotter;
  readonly #sweeper: Sweeper;
  readonly #timers: NodeJS.Timeout[] = [];
  #fenced = false;

  constructor(options: ActorNodeOptions) {
    const { store, log, clock, snapshotLagMs, idleMs, maxIdleBytes } = options;
    const partitions = () => this.#partitions();
    this.#options = options;
    this.committer = new Committer(store, log);
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
      ...(this.#fenced ? ["another node owns the partitions"] : []),
    ];
  }

  /** Begins the session; throws when another process uses the store. */
  async start(): Promise<void> {
    const { sessions, session, sessionTtlMs } = this.#options;
    await this.#waitForOthers();
    await sessions.renew(session, sessionTtlMs);
    this.#every(sessionTtlMs / 3, () => this.#renew());
    this.#every(TICK_MS, () => this.#tick());
  }

  /** Ends the periodic work, and nothing else: the session runs out by itself. */
  abandon(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  async stop(): Promise<void> {
    this.abandon();
    if (!this.#fenced) await this.#options.sessions.end(this.#options.session.nodeId);
  }

  /** Takes all partitions of the host's type over. */
  async serve(host: AnyHost): Promise<void> {
    const { store, session } = this.#options;
    await store.createPartitions(host.typeName, host.partitionCount);
    for (const claimed of await store.claim(host.typeName, session.nodeId)) await host.adopt(claimed);
    this.#hosts.add(host);
  }

  /** Answers what was accepted, saves everything and gives the partitions back. */
  async retire(host: AnyHost): Promise<void> {
    if (!this.#hosts.has(host)) return;
    await host.drain();
    await this.#snapshotter.round();
    this.#hosts.delete(host);
    await this.#options.store.release([...host.partitions]);
  }

  /** To be called by a host that lost a partition. */
  async fenced(): Promise<void> {
    if (this.#fenced) return;
    this.#fenced = true;
    const { sessions, session, onFenced } = this.#options;
    const others = await sessions.others(session.nodeId).catch(() => []);
    const who =
      others.map(({ nodeId, pid }) => `node ${nodeId} (pid ${pid})`).join(", ") || "another process";
    onFenced(`${who} has taken the partitions over; this process wrote nothing since and stops`);
  }

  async #waitForOthers(): Promise<void> {
    const { sessions, session, sessionTtlMs, clock, log } = this.#options;
    const deadline = clock() + sessionTtlMs * 1.5;
    for (let told = false; ; told = true) {
      const others = (await sessions.others(session.nodeId)).filter((other) => !this.#options.isGone(other));
      const [first] = others;
      if (!first) return;
      const who = `node ${first.nodeId} (pid ${first.pid} on ${first.host})`;
      if (clock() > deadline)
        throw new Error(`the data is in use by ${who}; stop it, or give another DATA_DIR`);
      if (!told) log.info(`waiting for the session of ${who} to end`);
      await delay(100);
    }
  }

  #renew(): void {
    const { sessions, session, sessionTtlMs, log } = this.#options;
    sessions.renew(session, sessionTtlMs).catch((error: unknown) => {
      log.warn("the session could not be renewed", { error: String(error) });
    });
  }

  #tick(): void {
    for (const host of this.#hosts) host.fireTimers();
    this.#snapshotter.tick();
    this.#sweeper.tick();
  }

  #every(ms: number, action: () => void): void {
    this.#timers.push(setInterval(action, ms));
  }

  *#partitions(): Generator<AnyPartition> {
    for (const host of this.#hosts) yield* host.partitions;
  }
}
