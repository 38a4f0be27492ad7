import { randomUUID } from "node:crypto";
import { connect, type NatsConnection } from "nats";
import type { Sequelize } from "sequelize";
import type { Outcome } from "../../actors/runtime/actor.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import type { ActorNode, ActorNodeOptions } from "../../actors/runtime/node.ts";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import type { CommitRow, Log } from "../../actors/runtime/ports.ts";
import { Routes } from "../../actors/runtime/routes.ts";
import { openDatabase } from "../../stores/database.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { SqlSessionStore } from "../../stores/sql/session-store.ts";
import { SwitchableStore } from "./actor-harness.ts";
import { clusterNode } from "./cluster-node.ts";
import { type CounterCommand, type CounterEvent, type CounterState, counterActor } from "./counter-actor.ts";
import { waitFor } from "./wait-for.ts";

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const PARTITIONS = 32;

/** The real sessions; those of this node cannot be renewed while they are broken. */
class SwitchableSessions extends SqlSessionStore {
  isBroken = false;

  override async renew(...args: Parameters<SqlSessionStore["renew"]>): Promise<boolean> {
    if (this.isBroken) throw new Error("no renewal now");
    return super.renew(...args);
  }
}

type Member = {
  readonly nodeId: string;
  readonly instanceId: string;
  readonly sessions: SwitchableSessions;
  readonly node: ActorNode;
  readonly host: ActorHost<CounterState, CounterCommand, CounterEvent, number>;
  readonly store: SwitchableStore;
  readonly routes: Routes;
  readonly gone: string[];
  readonly fatal: string[];
  /** Rows as they were committed here, with their epochs. */
  readonly rows: CommitRow[];
  readonly stop: () => Promise<void>;
  /** Goes away as a killed process does: its connection ends, nothing is given back. */
  readonly crash: () => Promise<void>;
};

type ClusterOptions = {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly namespace: string;
};

type MemberOptions = Partial<Pick<ActorNodeOptions, "sessionTtlMs" | "settleMs" | "monotonic">>;

/** Several nodes with counters on one database and one NATS, in this process. */
export class ClusterHarness {
  readonly #options: ClusterOptions;
  readonly members = new Map<string, Member>();

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  async join(nodeId: string, options: MemberOptions = {}): Promise<Member> {
    const sequelize = await openDatabase(this.#options.databaseUrl);
    const connection = await connect({ servers: this.#options.natsUrl, reconnectTimeWait: 50 });
    const member = await this.#start(nodeId, { sequelize, connection, options });
    this.members.set(nodeId, member);
    return member;
  }

  async stopAll(): Promise<void> {
    for (const { stop } of [...this.members.values()]) await stop();
  }

  /** The number of partitions each node holds, of those that are here. */
  shares(): Record<string, number> {
    return Object.fromEntries(
      [...this.members].map(([nodeId, { host }]) => [nodeId, host.counts.partitions]),
    );
  }

  async untilShared(nodes: number, timeoutMs = 10_000): Promise<void> {
    const most = Math.ceil(PARTITIONS / nodes);
    await waitFor(
      `${PARTITIONS} partitions over ${nodes} nodes`,
      () => {
        const counts = Object.values(this.shares());
        return counts.reduce((sum, n) => sum + n, 0) === PARTITIONS && Math.max(...counts) <= most;
      },
      timeoutMs,
    );
  }

  ownerOf(actorId: string): Member | undefined {
    const partition = partitionOf(actorId, PARTITIONS);
    return [...this.members.values()].find(({ host }) =>
      [...host.partitions].some((held) => held.partition === partition && !held.isLeaving),
    );
  }

  /** As a caller would: asks whoever owns the actor, until somebody answers for it. */
  async ask(actorId: string, command: CounterCommand, timeoutMs = 10_000): Promise<number | undefined> {
    const outcome = await waitFor<Outcome<number>>(
      `an owner of ${actorId} to answer`,
      async () => {
        const outcome = await this.ownerOf(actorId)?.host.ask(actorId, command);
        return outcome?.ok || (outcome && outcome.error.type !== "NOT_OWNER") ? outcome : undefined;
      },
      timeoutMs,
    );
    if (!outcome.ok) throw new Error(outcome.error.type);
    return outcome.reply;
  }

  async #start(
    nodeId: string,
    parts: { sequelize: Sequelize; connection: NatsConnection; options: MemberOptions },
  ): Promise<Member> {
    const { sequelize, connection, options } = parts;
    const store = new SwitchableStore(new SqlActorStore(sequelize));
    const [routes, gone, fatal, rows] = [new Routes(), [] as string[], [] as string[], [] as CommitRow[]];
    const sessions = new SwitchableSessions(sequelize);
    const instanceId = randomUUID();
    const { namespace } = this.#options;
    const node = clusterNode(
      { nodeId, namespace, sequelize, connection, routes },
      {
        session: { nodeId, instanceId, host: "test", pid: process.pid, roles: ["all"] },
        store,
        sessions,
        onFatal: (reason) => fatal.push(reason),
        onGone: (nodeIds) => gone.push(...nodeIds),
        ...options,
      },
    );
    const host = new ActorHost({
      type: counterActor,
      partitionCount: PARTITIONS,
      store,
      committer: node.committer,
      publisher: { publish: async (row) => void rows.push(row) },
      clock: Date.now,
      log: silent,
      maxWaiting: 10_000,
      sendDownlinks: () => undefined,
      onFenced: () => void node.fenced(),
      mayAnswer: () => node.mayAnswer,
    });
    await node.start();
    await node.serve(host);
    const leave = async () => {
      this.members.delete(nodeId);
      await connection.close();
      await sequelize.close();
    };
    const stop = async () => {
      await node.retire(host);
      await node.stop();
      await leave();
    };
    const crash = async () => {
      node.abandon();
      await leave();
    };
    return { nodeId, instanceId, sessions, node, host, store, routes, gone, fatal, rows, stop, crash };
  }
}
