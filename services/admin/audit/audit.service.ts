import type { ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { Clock, Log } from "../../../actors/runtime/ports.ts";
import { actions } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import { AuditTable } from "./audit-table.ts";
import { listAuditLogs } from "./list.ts";
import { AUDIT_RETENTION, type AuditRetention, trimOnce } from "./retention.ts";

type AuditOptions = {
  readonly sequelize: Sequelize;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly retention?: Partial<AuditRetention>;
};

const TRIM_EVERY_MS = 60_000;

/** Who has called what over REST: to be read, and for as long as it is kept. The nodes of the API write it. */
export function auditService({ sequelize, clock, counters, log, ...options }: AuditOptions): ServiceSchema {
  const table = new AuditTable(sequelize);
  const retention = { ...AUDIT_RETENTION, ...options.retention };
  const trimming = new Repeated({
    everyMs: TRIM_EVERY_MS,
    log,
    work: async (signal) => {
      for (let removed = 1; removed > 0 && !signal.aborted; ) {
        removed = await trimOnce(table, retention, clock());
        counters.count("gateway_twin.audit.removed.total", {}, removed);
      }
    },
  });
  return {
    name: "audit",
    started: async () => trimming.run(),
    stopped: () => trimming.stop(),
    actions: actions("audit", { list: (params) => listAuditLogs(table, params) }),
  };
}
