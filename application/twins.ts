import type { ServiceSchema } from "moleculer";
import { DEFAULT_LIMITS } from "../actors/contracts/limits.ts";
import { twinActor } from "../actors/twin/twin.ts";
import type { ActorRouter } from "../mixins/actor-router.ts";
import { CachedViews } from "../mixins/cached-views.ts";
import { Downlinks } from "../mixins/downlinks.ts";
import { twinAsks } from "../services/core/twins/asks.ts";
import { TwinLending } from "../services/core/twins/lending.ts";
import { TrafficCount } from "../services/core/twins/traffic.ts";
import { twinsService } from "../services/core/twins/twins.service.ts";
import { hostOf, partitionCountOf } from "./actors.ts";
import { gaugeDownlinks } from "./metrics.ts";
import type { Parts } from "./parts.ts";

/** The service of the twins and the host of their actors. */
export function twins(parts: Parts, router: ActorRouter) {
  const { node, routes, broker, leases, metrics: counters, logs } = parts;
  const log = logs.named("twins");
  const traffic = new TrafficCount({ caller: broker, counters, log });
  const downlinks = new Downlinks({ caller: broker, counters, traffic });
  gaugeDownlinks(parts, "twin", downlinks);
  const host = hostOf(parts, twinActor({ limits: DEFAULT_LIMITS }), (messages) => downlinks.send(messages));
  const asks = twinAsks({ nodeId: parts.env.NODE_ID, host, router, routes, spans: parts.spans });
  const lending = new TwinLending({ host, router, broker, leases });
  const views = cachedViews(parts, host.typeName, lending) ?? lending;
  const schema: ServiceSchema = twinsService({
    node,
    host,
    asks,
    routes,
    downlinks,
    lending,
    views,
    traffic,
  });
  return { host, schema };
}

/** Undefined without a cache that nodes share. */
function cachedViews(parts: Parts, type: string, lending: TwinLending) {
  const { shared, metrics: counters } = parts;
  if (!shared) return undefined;
  const load = (gatewayIds: readonly string[]) => lending.load(gatewayIds);
  const partitionCount = partitionCountOf(parts);
  return new CachedViews({ cache: shared.cache, type, partitionCount, load, counters, random: Math.random });
}
