import type { ServiceSchema } from "moleculer";
import { configActor } from "../actors/config/config.ts";
import { configAsks } from "../services/core/config/asks.ts";
import { configService } from "../services/core/config/config.service.ts";
import { Deliveries } from "../services/core/config/deliveries.ts";
import { hostOf, routerTo } from "./actors.ts";
import type { Parts } from "./parts.ts";

/** The service that brings gateways to what is desired of them, and the host of its actors. */
export function config(parts: Parts) {
  const { env, node, routes, bus, broker, sequelize, metrics, logs } = parts;
  const log = logs.named("config");
  const deliveries = new Deliveries({ caller: broker, counters: metrics, log });
  const host = hostOf(parts, configActor(), (sent) => deliveries.send(sent));
  const router = routerTo(parts, "config");
  const asks = configAsks({ nodeId: env.NODE_ID, host, router, routes, spans: parts.spans });
  const schema: ServiceSchema = configService({
    node,
    host,
    asks,
    bus,
    sequelize,
    clock: Date.now,
    metrics,
    log,
  });
  return { host, asks, schema };
}
