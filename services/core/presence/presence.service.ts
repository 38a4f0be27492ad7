import type { Service, ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { PresenceCommand, PresenceView } from "../../../actors/presence/contract.ts";
import type { ActorNode } from "../../../actors/runtime/node.ts";
import type { Consumer, Log } from "../../../actors/runtime/ports.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { hinted, replyOf } from "../../../mixins/actor-asks.ts";
import { actorHost } from "../../../mixins/actor-host.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { actions, call } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import { presenceAsks } from "./asks.ts";
import { PresenceCounts } from "./counts.ts";
import { PresenceIngest } from "./ingest.ts";
import { countChanges, gaugeStates } from "./metrics.ts";
import { presenceHolder } from "./presence-holder.ts";
import type { PresenceHost } from "./presence-host.ts";
import { Readings } from "./readings.ts";
import { Removals } from "./removals.ts";
import type { Vitals } from "./vitals.ts";
import { VitalsTable } from "./vitals-table.ts";
import { VitalsWriter } from "./vitals-writer.ts";

const SAVE_EVERY_MS = 10_000;
const GAUGE_EVERY_MS = 5000;
const GET_PRESENCE: PresenceCommand = { name: "getPresence", params: {} };

type PresenceOptions = {
  readonly nodeId: string;
  readonly node: ActorNode;
  readonly host: PresenceHost;
  readonly router: ActorRouter;
  readonly routes: Routes;
  /** Those that the host's actors ask at their deadlines. */
  readonly vitals: Vitals;
  readonly bus: { readonly subscribe: (consumer: Consumer) => void };
  readonly sequelize: Sequelize;
  readonly counters: Counters;
  readonly log: Log;
};

/** Who is there: the host of the presence actors, and what edges tell it and people ask of it. It needs no twins. */
export function presenceService(options: PresenceOptions): ServiceSchema {
  const { node, host, routes, vitals, bus, counters, log } = options;
  const table = new VitalsTable(options.sequelize);
  const writer = new VitalsWriter({ vitals, table, counters, log });
  const asks = presenceAsks({ ...options, writer });
  const readings = new Readings({ ...options, table });
  const ingest = new PresenceIngest({ host, vitals, counters, mayAnswer: () => node.mayAnswer });
  const counts = new PresenceCounts(options.sequelize);
  const removals = new Removals(asks);
  const saving = new Repeated({ everyMs: SAVE_EVERY_MS, log, work: (signal) => writer.round(signal) });
  const gauging = new Repeated({ everyMs: GAUGE_EVERY_MS, log, work: () => gaugeStates(counters, counts) });

  return {
    name: "presence",
    mixins: [actorHost(node, presenceHolder(host, vitals, writer))],
    created(this: Service) {
      // Nodes of other roles may have been faster.
      const group = { fromOldest: true, skipsRoutine: true };
      bus.subscribe({
        ...group,
        group: "presence-summary",
        handle: async (delivery) => countChanges(counters, await counts.take(delivery)),
      });
      bus.subscribe({
        ...group,
        group: "presence-removals",
        handle: (delivery) => removals.take(this.broker, delivery),
      });
    },
    async started() {
      saving.run();
      gauging.run();
    },
    async stopped() {
      await Promise.all([saving.stop(), gauging.stop()]);
    },
    actions: actions("presence", {
      async get({ gatewayId }, context) {
        await call(context, "gateways.get", { gatewayId });
        return readings.read(context, gatewayId);
      },
      summary: () => counts.summary(),
      async states({ gatewayIds }, context) {
        const asked = gatewayIds.map((gatewayId) => ({ gatewayId, command: GET_PRESENCE }));
        const outcomes = await asks.askAll(context, asked);
        return { states: outcomes.map((outcome) => (replyOf(outcome) as PresenceView).state) };
      },
      remove: ({ gatewayId }, context) => asks.ask(context, gatewayId, "removePresence", {}),
      async ingest({ signals }, { nodeID, broker }) {
        const outcomes = await ingest.takeIn(signals, nodeID ?? broker.nodeID);
        return outcomes.map((outcome) => hinted(outcome, routes));
      },
      read: (params) => readings.answer(params),
      ask: (params) => asks.answer(params.asks),
    }),
  };
}
