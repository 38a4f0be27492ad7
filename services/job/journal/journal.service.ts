import type { Service, ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { Consumer, Log } from "../../../actors/runtime/ports.ts";
import { actions, broadcast, call } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import { Sql } from "../../../stores/sql/sql.ts";
import { listHistory } from "./history.ts";
import { listEvents } from "./list.ts";
import { RETENTION, type RetentionSettings, trimOnce } from "./retention.ts";
import { tailEvents } from "./tail.ts";
import { twinAt } from "./twin-at.ts";
import { untilKnown } from "./until-known.ts";
import { JournalWriter } from "./writer.ts";

type JournalOptions = {
  readonly bus: { readonly subscribe: (consumer: Consumer) => void };
  readonly sequelize: Sequelize;
  readonly clock: () => number;
  readonly counters: Counters;
  readonly log: Log;
  readonly retention?: Partial<RetentionSettings>;
};

const TRIM_EVERY_MS = 60_000;
/** Hints are worth a message each, not one per delivery. */
const HINT_AFTER_MS = 10;

/** The journal: every event that was committed, by gateway, type, severity, time and actor, for as long as it is kept. */
export function journalService(options: JournalOptions): ServiceSchema {
  const { bus, sequelize, clock, counters, log } = options;
  const sql = new Sql(sequelize);
  const writer = new JournalWriter(sql);
  const retention = { ...RETENTION, ...options.retention };
  const trimming = new Repeated({
    everyMs: TRIM_EVERY_MS,
    log,
    work: async (signal) => {
      for (let removed = 1; removed > 0 && !signal.aborted; ) {
        removed = await trimOnce(sql, retention, clock());
        counters.count("gateway_twin.journal.removed.total", {}, removed);
      }
    },
  });
  let hint: NodeJS.Timeout | undefined;

  function announce(service: Service, seq: number): void {
    hint ??= setTimeout(() => {
      hint = undefined;
      void broadcast(service.broker, "journal.appended", { seq });
    }, HINT_AFTER_MS);
  }

  return {
    name: "journal",
    dependencies: ["gateways"],
    created(this: Service) {
      bus.subscribe({
        group: "journal",
        // Nodes of other roles may have been faster.
        fromOldest: true,
        handle: async ({ rows }) => {
          const { added, last } = await writer.append(rows);
          if (added.length === 0) return;
          for (const [severity, { length }] of Map.groupBy(added, (entry) => entry.severity))
            counters.count("gateway_twin.journal.events.total", { severity }, length);
          announce(this, last);
        },
      });
    },
    started: async () => trimming.run(),
    async stopped() {
      clearTimeout(hint);
      await trimming.stop();
    },
    actions: actions("journal", {
      list: (params) => listEvents(sql, params),
      async history(params, context) {
        const gateway = await call(context, "gateways.get", { gatewayId: params.gatewayId });
        await untilKnown(sql, context, params.gatewayId);
        return params.at === undefined ? listHistory(sql, params) : twinAt(sql, gateway, params.at);
      },
      tail: (params) => tailEvents(sql, params),
    }),
  };
}
