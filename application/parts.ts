import type { ServiceBroker } from "moleculer";
import type { Sequelize } from "sequelize";
import type { BlobStore } from "../actors/runtime/blobs.ts";
import type { ActorNode } from "../actors/runtime/node.ts";
import type { EventBus, Log } from "../actors/runtime/ports.ts";
import type { ReadLeases } from "../actors/runtime/read-leases.ts";
import type { Routes } from "../actors/runtime/routes.ts";
import type { Environment } from "../env.ts";
import type { Metrics } from "../mixins/counters.ts";
import type { AuditWriter } from "../services/admin/audit/audit-writer.ts";
import type { SharedCache } from "./shared-cache.ts";

/** A node is ready when all its services run, and until it is told to stop. */
export type Phase = { name: "starting" | "running" | "stopping" };

/** What a node has once, for its services. */
export type Parts = {
  readonly env: Environment;
  readonly broker: ServiceBroker;
  readonly sequelize: Sequelize;
  readonly node: ActorNode;
  readonly routes: Routes;
  readonly bus: EventBus;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly phase: Phase;
  readonly shared: SharedCache | undefined;
  readonly leases: ReadLeases | undefined;
  readonly audit: AuditWriter;
  readonly blobs: BlobStore;
};
