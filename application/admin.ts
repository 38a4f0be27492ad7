import { accessService } from "../services/admin/access/access.service.ts";
import { auditService } from "../services/admin/audit/audit.service.ts";
import { clusterService } from "../services/admin/cluster.service.ts";
import { SqlActorStore } from "../stores/sql/actor-store.ts";
import { SqlSessionStore } from "../stores/sql/session-store.ts";
import type { Parts } from "./parts.ts";
import { sharedCounters } from "./shared-cache.ts";

const DAY_MS = 86_400_000;

/** Who may do what, who did what, and how the cluster is. */
export function admin({ env, sequelize, shared, metrics: counters, log }: Parts) {
  const clock = Date.now;
  return {
    access: () =>
      accessService({
        sequelize,
        clock,
        adminToken: env.ADMIN_TOKEN || undefined,
        announce: (token) => log.warn(`admin token, shown this once: ${token}`),
        attempts: sharedCounters(shared),
        counters,
      }),
    audit: () =>
      auditService({
        sequelize,
        clock,
        counters,
        log,
        retention: { maxAgeMs: env.AUDIT_DAYS * DAY_MS, maxLogs: env.AUDIT_MAX_LOGS },
      }),
    cluster: () =>
      clusterService({ store: new SqlActorStore(sequelize), sessions: new SqlSessionStore(sequelize) }),
  };
}
