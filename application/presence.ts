import { presenceActor } from "../actors/presence/presence.ts";
import { DEFAULT_PRESENCE_SETTINGS } from "../actors/presence/settings.ts";
import type { ActorRouter } from "../mixins/actor-router.ts";
import { presenceService } from "../services/core/presence/presence.service.ts";
import { Vitals } from "../services/core/presence/vitals.ts";
import { hostOf, partitionCountOf } from "./actors.ts";
import type { Parts } from "./parts.ts";

/** The service of who is there, and the host of its actors. */
export function presence(parts: Parts, router: ActorRouter) {
  const { env, node, routes, bus, sequelize, metrics: counters, logs } = parts;
  const log = logs.named("presence");
  const vitals = new Vitals({ partitionCount: partitionCountOf(parts), clock: Date.now, counters });
  const lastSeen = (gatewayId: string) => vitals.atDeadline(gatewayId);
  const type = presenceActor({ settings: DEFAULT_PRESENCE_SETTINGS, lastSeen });
  const host = hostOf(parts, type, () => undefined);
  const own = { nodeId: env.NODE_ID, node, host, router, routes, vitals };
  return { host, schema: presenceService({ ...own, bus, sequelize, counters, log }) };
}
