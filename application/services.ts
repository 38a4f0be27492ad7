import type { ServiceSchema } from "moleculer";
import { metricsText } from "../mixins/metrics-page.ts";
import { clusterMetricsService } from "../services/admin/cluster-metrics/cluster-metrics.service.ts";
import { nodeService } from "../services/admin/node.service.ts";
import { deadLettersService } from "../services/job/dead-letters.service.ts";
import { journalService } from "../services/job/journal/journal.service.ts";
import { runsService, type ServiceName } from "../services/roles.ts";
import { routerTo } from "./actors.ts";
import { admin } from "./admin.ts";
import { core } from "./core.ts";
import { edge } from "./edge.ts";
import { healthOf } from "./health.ts";
import { gaugeNode } from "./metrics.ts";
import { nodeProfiles } from "./node-profiles.ts";
import type { Parts } from "./parts.ts";
import { redeliverTo } from "./redeliver.ts";
import { rest } from "./rest.ts";

/** The services that this node runs. */
export function services(parts: Parts): ServiceSchema[] {
  const { env, broker, node, metrics, phase } = parts;
  const { hosts, ways, makers: cores } = core(parts);
  gaugeNode(parts, hosts);
  const cluster = clusterMetricsService({ log: parts.logs.named("cluster-metrics") });
  const clusterText = runsService(env.ROLES, "cluster-metrics") ? cluster.text : undefined;
  const pages = {
    metricsText: metricsText(broker, metrics),
    clusterText,
    health: () => healthOf(node, phase),
  };
  const { probes, makers: bff } = rest(parts, pages);
  const makers: Record<ServiceName, () => ServiceSchema> = {
    ...cores,
    ...edge(parts, ways),
    ...bff,
    ...admin(parts),
    "cluster-metrics": () => cluster.schema,
    ...jobs(parts),
  };
  const names = Object.keys(makers) as ServiceName[];
  const wanted = names.filter((name) => runsService(env.ROLES, name) && isPossible(parts, name));
  const pagesAlone = wanted.includes("api") ? [] : [probes()];
  const ofEachNode = [nodeProfiles(parts)];
  return [
    ...ofEachNode,
    nodeService(node, parts.logs.levels),
    ...pagesAlone,
    ...wanted.map((name) => makers[name]()),
  ];
}

/** What consumes the bus. */
function jobs(parts: Parts) {
  const { broker, bus, sequelize, metrics: counters, logs } = parts;
  const redeliver = redeliverTo(broker, (type) => routerTo(parts, type));
  return {
    "dead-letters": () => deadLettersService({ bus, sequelize, counters, redeliver }),
    journal: () => journalService({ bus, sequelize, clock: Date.now, counters, log: logs.named("journal") }),
  };
}

function isPossible({ env }: Parts, name: ServiceName): boolean {
  if (name === "mqtt-front") return env.MQTT_PORT !== false;
  return name !== "mqtt-bridge" || env.MQTT_BROKER_URL !== "";
}
