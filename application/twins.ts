import type { ServiceSchema } from "moleculer";
import { DEFAULT_LIMITS } from "../actors/contracts/limits.ts";
import { ActorHost } from "../actors/runtime/host.ts";
import { twinActor } from "../actors/twin/twin.ts";
import { ActorRouter } from "../mixins/actor-router.ts";
import { CachedViews } from "../mixins/cached-views.ts";
import type { Counters } from "../mixins/counters.ts";
import { learnOwnerHint } from "../mixins/owner-hint.ts";
import { twinAsks } from "../services/core/twins/asks.ts";
import { Downlinks } from "../services/core/twins/downlinks.ts";
import { TwinLending } from "../services/core/twins/lending.ts";
import { twinsService } from "../services/core/twins/twins.service.ts";
import type { TwinRoutes } from "../services/edge/ingest/twin-routes.ts";
import { SqlActorStore } from "../stores/sql/actor-store.ts";
import type { Parts } from "./parts.ts";

const MAX_WAITING_MESSAGES = 50_000;
const EMBEDDED_PARTITIONS = 16;
const PARTITIONS = 256;
const TYPE = "twin";

/** Fixed at install. */
function partitionCountOf({ env }: Parts): number {
  return env.DATABASE_URL ? PARTITIONS : EMBEDDED_PARTITIONS;
}

/** The way to the twins, wherever they are. */
export function twinRouter(parts: Parts): ActorRouter {
  const { routes, node } = parts;
  const refresh = () => node.ownership.look();
  return new ActorRouter({ type: TYPE, partitionCount: partitionCountOf(parts), routes, refresh });
}

/** The same for the edges, which send in batches of their own. */
export function twinRoutes({ routes }: Parts, router: ActorRouter): TwinRoutes {
  return {
    ownerOf: (gatewayId) => router.ownerOf(gatewayId),
    learn: (data) => learnOwnerHint({ type: "NOT_OWNER", data }, routes),
    onChange: (listener) => routes.onChange(listener),
  };
}

/** The service of the twins and the host of their actors. */
export function twins(parts: Parts, router: ActorRouter, counters: Counters) {
  const downlinks = new Downlinks({ caller: parts.broker, counters });
  const host = twinHost(parts, downlinks);
  const { node, routes, broker, leases } = parts;
  const asks = twinAsks({ nodeId: parts.env.NODE_ID, host, router, routes });
  const lending = new TwinLending({ host, router, broker, leases });
  const views = cachedViews(parts, lending, counters) ?? lending;
  const schema: ServiceSchema = twinsService({ node, host, asks, routes, downlinks, lending, views });
  return { host, schema };
}

/** Undefined without a cache that nodes share. */
function cachedViews(parts: Parts, lending: TwinLending, counters: Counters) {
  if (!parts.shared) return undefined;
  const { cache } = parts.shared;
  const load = (gatewayIds: readonly string[]) => lending.load(gatewayIds);
  const partitionCount = partitionCountOf(parts);
  return new CachedViews({ cache, type: TYPE, partitionCount, load, counters, random: Math.random });
}

function twinHost(parts: Parts, downlinks: Downlinks) {
  const { node, bus, log, sequelize, leases } = parts;
  return new ActorHost({
    type: twinActor({ limits: DEFAULT_LIMITS }),
    partitionCount: partitionCountOf(parts),
    store: new SqlActorStore(sequelize),
    committer: node.committer,
    publisher: bus,
    clock: Date.now,
    log,
    maxWaiting: MAX_WAITING_MESSAGES,
    sendDownlinks: (messages) => downlinks.send(messages),
    onFenced: () => void node.fenced(),
    leases,
    mayAnswer: () => node.mayAnswer,
  });
}
