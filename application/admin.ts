import { accessService } from "../services/admin/access/access.service.ts";
import { auditService } from "../services/admin/audit/audit.service.ts";
import { clusterService } from "../services/admin/cluster.service.ts";
import { SqlActorStore } from "../stores/sql/actor-store.ts";
import { SqlSessionStore } from "../stores/sql/session-store.ts";
import type { Parts } from "./parts.ts";
import { sharedCounters } from "./shared-cache.ts";

const DAY_MS = 86_400_000;

/** For people at the start: the log is kept, and read by others. */
function announce(token: string): void {
  process.stderr.write(`gateway-twin: admin token, shown this once: ${token}\n`);
}

/** Who may do what, who did what, and how the cluster is. */
export function admin({ env, sequelize, shared, metrics: counters, logs }: Parts) {
  const clock = Date.now;
  return {
    access: () =>
      accessService({
        sequelize,
        clock,
        adminToken: env.ADMIN_TOKEN || undefined,
        announce,
        attempts: sharedCounters(shared),
        counters,
      }),
    audit: () =>
      auditService({
        sequelize,
        clock,
        counters,
        log: logs.named("audit"),
        retention: { maxAgeMs: env.AUDIT_DAYS * DAY_MS, maxLogs: env.AUDIT_MAX_LOGS },
      }),
    cluster: () =>
      clusterService({ store: new SqlActorStore(sequelize), sessions: new SqlSessionStore(sequelize) }),
  };
}
