import type { Context, Service, ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { ConfigCommands } from "../../../actors/config/contract.ts";
import type { ActorNode } from "../../../actors/runtime/node.ts";
import type { Consumer, Log } from "../../../actors/runtime/ports.ts";
import type { ActorAsks } from "../../../mixins/actor-asks.ts";
import { actorHost } from "../../../mixins/actor-host.ts";
import { actions, call } from "../../../mixins/bridge.ts";
import type { Metrics } from "../../../mixins/counters.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import { tellActors } from "../../../mixins/tell-actors.ts";
import type { ConfigHost } from "./config-host.ts";
import { ConfigCounts } from "./counts.ts";
import { configResource } from "./resource.ts";
import { gaugePhases, summarize } from "./summary.ts";
import { commandsOf } from "./words.ts";

type ConfigOptions = {
  readonly node: ActorNode;
  readonly host: ConfigHost;
  readonly asks: ActorAsks<ConfigCommands>;
  readonly bus: { readonly subscribe: (consumer: Consumer) => void };
  readonly sequelize: Sequelize;
  readonly clock: () => number;
  readonly metrics: Metrics;
  readonly log: Log;
  /** How old the gauges may be; 10 s when not given. */
  readonly gaugeEveryMs?: number;
};

const GAUGE_EVERY_MS = 10_000;

/**
 * Configuration: brings what gateways report to what is desired of them. It knows of both only what twins and presence
 * say on the bus, and asks twins to tell their gateways; none of them waits for it.
 */
export function configService(options: ConfigOptions): ServiceSchema {
  const { node, host, asks: config, bus, sequelize, clock, metrics, log } = options;
  const { gaugeEveryMs = GAUGE_EVERY_MS } = options;
  const counts = new ConfigCounts(sequelize);
  const gauging = new Repeated({ everyMs: gaugeEveryMs, log, work: () => gaugePhases(counts, metrics) });
  const requireGateway = (context: Context, gatewayId: string) =>
    call(context, "gateways.get", { gatewayId });
  // What was desired before this service was there must reach it, too.
  const consumer = { skipsRoutine: true, fromOldest: true };

  return {
    name: "config",
    mixins: [actorHost(node, host)],
    dependencies: ["gateways"],
    created(this: Service) {
      const { broker: caller } = this;
      bus.subscribe({
        ...consumer,
        group: "config",
        handle: tellActors({
          asks: config,
          commandsOf,
          caller,
          counters: metrics,
          rejections: "gateway_twin.config.rejected.total",
          log,
        }),
      });
      bus.subscribe({ ...consumer, group: "config-summary", handle: summarize(counts, metrics) });
    },
    started: async () => gauging.run(),
    stopped: () => gauging.stop(),
    actions: actions("config", {
      async get({ gatewayId }, context) {
        await requireGateway(context, gatewayId);
        return configResource(await config.ask(context, gatewayId, "getConfig", {}), clock());
      },
      async resync({ gatewayId }, context) {
        await requireGateway(context, gatewayId);
        const by = callerOf(context);
        return configResource(await config.ask(context, gatewayId, "resync", { by }), clock());
      },
      summary: async () => ({ counts: await counts.totals() }),
      remove: ({ gatewayId }, context) => config.ask(context, gatewayId, "removeConfig", {}),
      async countTraffic({ traffic }, context) {
        const words = traffic.map(({ gatewayId, sent, saved }) => ({
          gatewayId,
          command: { name: "countTraffic" as const, params: { sent, saved } },
        }));
        const outcomes = await config.askAll(context, words);
        const lost = outcomes.filter(({ ok }) => !ok).length;
        if (lost > 0) metrics.count("gateway_twin.config.traffic.lost.total", {}, lost);
        return null;
      },
      ask: ({ asks }) => config.answer(asks),
    }),
  };
}

/** Whoever the open API says, for the history. */
function callerOf({ meta }: Context): string {
  return "by" in meta && typeof meta.by === "string" ? meta.by : "system";
}
