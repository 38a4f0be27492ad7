import { randomUUID } from "node:crypto";
import type { Context, ServiceSchema } from "moleculer";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { Twin } from "../../../actors/contracts/twins.ts";
import type { ActorNode } from "../../../actors/runtime/node.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import type { ChangeRequest, TwinCommands, TwinView } from "../../../actors/twin/contract.ts";
import { type ActorAsks, firstThatFit, hinted } from "../../../mixins/actor-asks.ts";
import { actorHost } from "../../../mixins/actor-host.ts";
import { actions, call, events } from "../../../mixins/bridge.ts";
import type { Downlinks } from "../../../mixins/downlinks.ts";
import { ShortMemory } from "../../../mixins/short-memory.ts";
import { twinResource } from "../../../mixins/twin-resource.ts";
import { deliver, layProfiles } from "./bulk.ts";
import { handOver } from "./hand-over.ts";
import { ingest } from "./ingest.ts";
import type { TwinLending } from "./lending.ts";
import { listTwins } from "./list.ts";
import type { TrafficCount } from "./traffic.ts";
import type { TwinHost } from "./twin-host.ts";

const HAND_OVER_TIMEOUT_MS = 3000;

type TwinsOptions = {
  readonly node: ActorNode;
  readonly host: TwinHost;
  readonly asks: ActorAsks<TwinCommands>;
  readonly routes: Routes;
  readonly downlinks: Downlinks;
  readonly lending: TwinLending;
  /** What lists show, by id: from the owners, or from a cache that is as good. */
  readonly views: { read(gatewayIds: readonly string[]): Promise<ReadonlyMap<string, TwinView>> };
  /** Not given: nobody wants to know. */
  readonly traffic?: TrafficCount;
};
type Change = Params<"twins.updateDesired" | "twins.patchDesired" | "twins.replaceDesired">;
type DesiredCommand = "updateDesired" | "patchDesired" | "replaceDesired";

/** The twins: the host of their actors, and what people and programs may ask of them, wherever the actors are. */
export function twinsService(options: TwinsOptions): ServiceSchema {
  const { node, host, asks: twins, routes, downlinks, lending, views, traffic } = options;
  const known = new ShortMemory<Gateway>(() => performance.now());

  async function findGateway(context: Context, gatewayId: string): Promise<Gateway> {
    const kept = known.get(gatewayId);
    if (kept) return kept;
    const asked = performance.now();
    const gateway = await call(context, "gateways.get", { gatewayId });
    known.keep(gatewayId, gateway, { asked });
    return gateway;
  }

  async function resources(gateways: readonly Gateway[], form?: "BASIC" | "FULL"): Promise<Twin[]> {
    const found = await views.read(gateways.map(({ gatewayId }) => gatewayId));
    return gateways.flatMap((gateway) => {
      const view = found.get(gateway.gatewayId);
      return view ? [twinResource(gateway, view, form)] : [];
    });
  }

  async function change<Name extends DesiredCommand>(
    context: Context,
    name: Name,
    params: Change,
    what: Omit<TwinCommands[Name]["params"], keyof ChangeRequest>,
  ): Promise<Twin> {
    const gateway = await findGateway(context, params.gatewayId);
    const command = { ...changeRequest(params), ...what } as TwinCommands[Name]["params"];
    return twinResource(gateway, await twins.ask(context, params.gatewayId, name, command));
  }

  async function takeIn(
    { edge, messages }: Params<"twins.ingest">,
    { nodeID, broker }: Context,
  ): Promise<Result<"twins.ingest">> {
    const from = nodeID ?? broker.nodeID;
    downlinks.arrived(edge, from, messages);
    const outcomes = (await ingest(host, messages)).map((outcome) => hinted(outcome, routes));
    traffic?.answered(messages, outcomes, (gatewayId) => host.peek(gatewayId));
    if (from === broker.nodeID) return outcomes;
    const options = { nodeID: from, timeout: HAND_OVER_TIMEOUT_MS };
    return handOver(messages, outcomes, (answers) =>
      call(broker, `${edge}.deliver`, { messages: answers }, options),
    );
  }

  return {
    name: "twins",
    dependencies: ["gateways"],
    mixins: [actorHost(node, host)],
    events: events({ "gateways.changed": ({ gatewayId }) => known.changed(gatewayId) }),
    started: () => traffic?.start(),
    stopped: () => traffic?.stop(),
    actions: actions("twins", {
      get: async ({ gatewayId, view }, context) => {
        const gateway = await findGateway(context, gatewayId);
        return twinResource(gateway, await twins.ask(context, gatewayId, "getTwin", {}), view);
      },
      list: (params, context) => listTwins(params, context, (gateways) => resources(gateways, params.view)),
      updateDesired: (params, context) => change(context, "updateDesired", params, { patch: params.patch }),
      patchDesired: (params, context) =>
        change(context, "patchDesired", params, { operations: params.operations }),
      replaceDesired: (params, context) => change(context, "replaceDesired", params, { state: params.state }),
      remove: ({ gatewayId, by }, context) => twins.ask(context, gatewayId, "removeTwin", { by }),
      layProfiles: async (params, context) => {
        const outcomes = await layProfiles(twins, context, params);
        return isRemote(context) ? firstThatFit(outcomes) : outcomes;
      },
      deliver: (params, context) => deliver(twins, context, params),
      ingest: takeIn,
      ask: ({ asks }) => twins.answer(asks),
      lend: async ({ gatewayIds }) =>
        firstThatFit((await lending.lend(gatewayIds)).map((outcome) => hinted(outcome, routes))),
    }),
  };
}

function isRemote({ nodeID, broker }: Context): boolean {
  return nodeID !== null && nodeID !== broker.nodeID;
}

/** A change that gets no id of its caller has one for all tries of this call. */
function changeRequest({ expectedVersion, requestId, by = "unknown", reason }: Change): ChangeRequest {
  return {
    by,
    requestId: requestId ?? randomUUID(),
    ...(expectedVersion !== undefined && { expectedVersion }),
    ...(reason !== undefined && { reason }),
  };
}
