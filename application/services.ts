import type { ServiceSchema } from "moleculer";
import { DEFAULT_LIMITS } from "../actors/contracts/limits.ts";
import { metricCounters } from "../mixins/counters.ts";
import { metricsText } from "../mixins/metrics-page.ts";
import { accessService } from "../services/admin/access.service.ts";
import { clusterService } from "../services/admin/cluster.service.ts";
import { nodeService } from "../services/admin/node.service.ts";
import { apiService } from "../services/bff/api.service.ts";
import { idempotencyStore } from "../services/bff/idempotency-store.ts";
import { probesService } from "../services/bff/probes.service.ts";
import { configProfilesService } from "../services/core/config-profiles/config-profiles.service.ts";
import { gatewaysService } from "../services/core/gateways/gateways.service.ts";
import { mqttBridgeService } from "../services/edge/mqtt-bridge/mqtt-bridge.service.ts";
import { mqttFrontService } from "../services/edge/mqtt-front/mqtt-front.service.ts";
import { deadLettersService } from "../services/job/dead-letters.service.ts";
import { journalService } from "../services/job/journal/journal.service.ts";
import { runsService, type ServiceName } from "../services/roles.ts";
import { SqlActorStore } from "../stores/sql/actor-store.ts";
import { SqlSessionStore } from "../stores/sql/session-store.ts";
import { routerTo, routesOf } from "./actors.ts";
import { config } from "./config.ts";
import { gaugeActors, healthOf } from "./health.ts";
import type { Parts } from "./parts.ts";
import { presence } from "./presence.ts";
import { redeliverTo } from "./redeliver.ts";
import { sharedCounters } from "./shared-cache.ts";
import { twins } from "./twins.ts";

/** The services that this node runs. */
export function services(parts: Parts): ServiceSchema[] {
  const { env, broker, sequelize, node, bus, log, phase, shared } = parts;
  const clock = Date.now;
  const limits = DEFAULT_LIMITS;
  const counters = metricCounters(broker);
  const router = routerTo(parts, "twin");
  const routes = routesOf(parts, router);
  const { host, schema: twinsSchema } = twins(parts, router, counters);
  const presenceRouter = routerTo(parts, "presence");
  const presenceRoutes = routesOf(parts, presenceRouter);
  const { host: presenceHost, schema: presenceSchema } = presence(parts, presenceRouter, counters);
  const { host: configHost, schema: configSchema } = config(parts, counters);
  const text = metricsText(broker);
  const announce = (token: string) => log.warn(`admin token, shown this once: ${token}`);
  const pages = {
    host: env.HTTP_HOST,
    port: env.HTTP_PORT,
    metricsText: () => {
      for (const each of [host, presenceHost, configHost]) gaugeActors(counters, each, node);
      return text();
    },
    health: () => healthOf(node, phase),
  };
  const makers: Record<ServiceName, () => ServiceSchema> = {
    gateways: () => gatewaysService({ sequelize, clock, publisher: bus, log }),
    twins: () => twinsSchema,
    presence: () => presenceSchema,
    config: () => configSchema,
    "config-profiles": () =>
      configProfilesService({ sequelize, clock, node: node.ownership, bus, limits, counters, log }),
    access: () => accessService({ sequelize, clock, adminToken: env.ADMIN_TOKEN || undefined, announce }),
    cluster: () =>
      clusterService({ store: new SqlActorStore(sequelize), sessions: new SqlSessionStore(sequelize) }),
    api: () => apiService({ ...pages, limits, store: idempotencyStore({ sequelize, clock }) }),
    "mqtt-front": () =>
      mqttFrontService({
        host: env.MQTT_HOST,
        port: env.MQTT_PORT || 0,
        limits,
        clock,
        counters,
        routes,
        presence: presenceRoutes,
        attempts: sharedCounters(shared),
      }),
    "mqtt-bridge": () =>
      mqttBridgeService({
        url: env.MQTT_BROKER_URL,
        prefix: `${env.NAMESPACE}-`,
        slots: env.MQTT_BROKER_SLOTS,
        node: node.ownership,
        routes,
        presence: presenceRoutes,
        limits,
        clock,
        counters,
      }).schema,
    "dead-letters": () =>
      deadLettersService({
        bus,
        sequelize,
        counters,
        redeliver: redeliverTo(broker, (type) => routerTo(parts, type)),
      }),
    journal: () => journalService({ bus, sequelize, clock, counters, log }),
  };
  const names = Object.keys(makers) as ServiceName[];
  const wanted = names.filter((name) => runsService(env.ROLES, name) && isPossible(parts, name));
  const probes = wanted.includes("api") ? [] : [probesService(pages)];
  return [nodeService(node), ...probes, ...wanted.map((name) => makers[name]())];
}

function isPossible({ env }: Parts, name: ServiceName): boolean {
  if (name === "mqtt-front") return env.MQTT_PORT !== false;
  return name !== "mqtt-bridge" || env.MQTT_BROKER_URL !== "";
}
