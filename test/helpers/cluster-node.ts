import { randomUUID } from "node:crypto";
import type { NatsConnection } from "nats";
import type { Sequelize } from "sequelize";
import { ActorNode, type ActorNodeOptions } from "../../actors/runtime/node.ts";
import type { Routes } from "../../actors/runtime/routes.ts";
import { NatsSignals } from "../../stores/nats/signals.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { SqlSessionStore } from "../../stores/sql/session-store.ts";

type NodeParts = {
  readonly nodeId: string;
  readonly namespace: string;
  readonly sequelize: Sequelize;
  readonly connection: NatsConnection;
  readonly routes: Routes;
};

/** A node that shares partitions with others, over real servers; it settles, and is missed, sooner than the product's. */
export function clusterNode(parts: NodeParts, options: Partial<ActorNodeOptions> = {}): ActorNode {
  const { nodeId, namespace, sequelize, connection, routes } = parts;
  const { monotonic = () => performance.now() } = options;
  return new ActorNode({
    session: { nodeId, instanceId: randomUUID(), host: "test", pid: process.pid, roles: ["all"] },
    sessionTtlMs: 1500,
    settleMs: 100,
    store: new SqlActorStore(sequelize),
    sessions: new SqlSessionStore(sequelize),
    signals: new NatsSignals({ connection, namespace, monotonic, trustAfterMs: 0 }),
    routes,
    isExclusive: false,
    isGone: () => false,
    clock: Date.now,
    monotonic,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    onFatal: () => undefined,
    onGone: () => undefined,
    snapshotLagMs: 200,
    idleMs: 1000,
    maxIdleBytes: 1024 ** 2,
    ...options,
  });
}
