import type { ActorType, Downlink } from "../actors/runtime/actor.ts";
import { ActorHost } from "../actors/runtime/host.ts";
import type { RowPublisher } from "../actors/runtime/ports.ts";
import { ActorRouter } from "../mixins/actor-router.ts";
import { askWatch } from "../mixins/metrics/watched-asks.ts";
import { learnOwnerHint } from "../mixins/owner-hint.ts";
import type { TwinRoutes } from "../services/edge/ingest/twin-routes.ts";
import type { Parts } from "./parts.ts";
import { actorSpans } from "./traces.ts";

const MAX_WAITING_MESSAGES = 50_000;
const EMBEDDED_PARTITIONS = 16;
const PARTITIONS = 256;

/** Of each actor type; fixed at install. */
export function partitionCountOf({ env }: Pick<Parts, "env">): number {
  return env.DATABASE_URL ? PARTITIONS : EMBEDDED_PARTITIONS;
}

/** The way to the actors of a type, wherever they are. */
export function routerTo(parts: Parts, type: string): ActorRouter {
  const { routes, node, metrics } = parts;
  const refresh = () => node.ownership.look();
  const watch = askWatch(metrics, type);
  return new ActorRouter({ type, partitionCount: partitionCountOf(parts), routes, refresh, watch });
}

/** The same for the edges, which send in batches of their own. */
export function routesOf({ routes }: Parts, router: ActorRouter): TwinRoutes {
  return {
    ownerOf: (gatewayId) => router.ownerOf(gatewayId),
    learn: (data) => learnOwnerHint({ type: "NOT_OWNER", data }, routes),
    onChange: (listener) => routes.onChange(listener),
  };
}

/** The actors of a type that this node owns. */
export function hostOf<State, Command, Event, Reply>(
  parts: Parts,
  type: ActorType<State, Command, Event, Reply>,
  sendDownlinks: (downlinks: readonly Downlink[]) => void,
  publisher: RowPublisher = parts.bus,
): ActorHost<State, Command, Event, Reply> {
  const { node, logs, store, leases } = parts;
  return new ActorHost({
    type,
    partitionCount: partitionCountOf(parts),
    store,
    committer: node.committer,
    publisher,
    clock: Date.now,
    log: logs.named("actors"),
    maxWaiting: MAX_WAITING_MESSAGES,
    sendDownlinks,
    onFenced: () => void node.fenced(),
    leases,
    mayAnswer: () => node.mayAnswer,
    spans: actorSpans(parts.env, parts.spans),
  });
}
