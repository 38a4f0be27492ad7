import type { ServiceBroker } from "moleculer";
import type { Sequelize } from "sequelize";
import type { BlobStore } from "../actors/runtime/blobs.ts";
import type { ActorNode } from "../actors/runtime/node.ts";
import type { ActorStore, EventBus, Log } from "../actors/runtime/ports.ts";
import type { ReadLeases } from "../actors/runtime/read-leases.ts";
import type { Routes } from "../actors/runtime/routes.ts";
import type { Signals } from "../actors/runtime/signals.ts";
import type { Environment } from "../env.ts";
import type { Metrics } from "../mixins/counters.ts";
import type { Logs } from "../mixins/logs/logs.ts";
import type { Traces } from "../mixins/traces/traces.ts";
import type { AuditWriter } from "../services/admin/audit/audit-writer.ts";
import type { SharedCache } from "./shared-cache.ts";

/** A node is ready when all its services run, and until it is told to stop. */
export type Phase = { name: "starting" | "running" | "stopping" };

/** What a node has once, for its services. */
export type Parts = {
  readonly env: Environment;
  readonly broker: ServiceBroker;
  readonly sequelize: Sequelize;
  readonly store: ActorStore;
  readonly node: ActorNode;
  readonly routes: Routes;
  readonly bus: EventBus;
  /** Undefined in one process. */
  readonly nats: Pick<Signals, "isConnected"> | undefined;
  readonly log: Log;
  readonly logs: Logs;
  readonly metrics: Metrics;
  readonly phase: Phase;
  readonly shared: SharedCache | undefined;
  readonly leases: ReadLeases | undefined;
  readonly audit: AuditWriter;
  readonly blobs: BlobStore;
  /** Undefined where none are wanted. */
  readonly spans: Traces | undefined;
};
