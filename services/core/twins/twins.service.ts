import type { Context, ServiceSchema } from "moleculer";
import type { Params } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { Twin, UpMessage } from "../../../actors/contracts/twins.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { ActorHost } from "../../../actors/runtime/host.ts";
import type { ActorNode } from "../../../actors/runtime/node.ts";
import type {
  ChangeRequest,
  GatewayAnswer,
  TwinCommand,
  TwinCommands,
  TwinEvent,
  TwinReply,
} from "../../../actors/twin/contract.ts";
import { decodeUpMessage } from "../../../actors/twin/gateway-messages.ts";
import type { TwinState } from "../../../actors/twin/state.ts";
import { actorHost } from "../../../mixins/actor-host.ts";
import { actions, call } from "../../../mixins/bridge.ts";
import { listTwins } from "./list.ts";
import { twinResource } from "./resource.ts";

type TwinHost = ActorHost<TwinState, TwinCommand, TwinEvent, TwinReply>;
type Change = Params<"twins.updateDesired" | "twins.patchDesired" | "twins.replaceDesired">;
type DesiredCommand = "updateDesired" | "patchDesired" | "replaceDesired";

/** The twins: the host of their actors, and what people and programs may ask of them. */
export function twinsService(node: ActorNode, host: TwinHost): ServiceSchema {
  const findGateway = (context: Context, gatewayId: string) => call(context, "gateways.get", { gatewayId });

  async function view(gateway: Gateway, form?: "BASIC" | "FULL"): Promise<Twin> {
    const twin = await ask(host, gateway.gatewayId, "getTwin", {});
    return twinResource(gateway, twin, form);
  }

  async function change<Name extends DesiredCommand>(
    context: Context,
    name: Name,
    params: Change,
    what: Omit<TwinCommands[Name]["params"], keyof ChangeRequest>,
  ): Promise<Twin> {
    const gateway = await findGateway(context, params.gatewayId);
    const command = { ...changeRequest(params), ...what } as TwinCommands[Name]["params"];
    return twinResource(gateway, await ask(host, params.gatewayId, name, command));
  }

  return {
    name: "twins",
    dependencies: ["gateways"],
    ...actorHost(node, host),
    actions: actions("twins", {
      get: async ({ gatewayId, view: form }, context) => view(await findGateway(context, gatewayId), form),
      list: (params, context) => listTwins(params, context, (gateway) => view(gateway, params.view)),
      updateDesired: (params, context) => change(context, "updateDesired", params, { patch: params.patch }),
      patchDesired: (params, context) =>
        change(context, "patchDesired", params, { operations: params.operations }),
      replaceDesired: (params, context) => change(context, "replaceDesired", params, { state: params.state }),
      remove: ({ gatewayId, by }) => ask(host, gatewayId, "removeTwin", { by }),
      ingest: ({ messages }) => ingest(host, messages),
    }),
  };
}

async function ask<Name extends keyof TwinCommands>(
  host: TwinHost,
  gatewayId: string,
  name: Name,
  params: TwinCommands[Name]["params"],
): Promise<TwinCommands[Name]["reply"]> {
  const outcome = await host.ask(gatewayId, { name, params } as TwinCommand);
  if (!outcome.ok) throw DomainError.from(outcome.error);
  return outcome.reply as TwinCommands[Name]["reply"];
}

function changeRequest({ expectedVersion, requestId, by = "unknown", reason }: Change): ChangeRequest {
  return {
    by,
    ...(expectedVersion !== undefined && { expectedVersion }),
    ...(requestId !== undefined && { requestId }),
    ...(reason !== undefined && { reason }),
  };
}

type GatewayOutcome = Outcome<readonly GatewayAnswer[]>;

/** A batch of an edge: resolves when the last of its messages is decided. */
function ingest(host: TwinHost, messages: readonly UpMessage[]): Promise<readonly GatewayOutcome[]> {
  return new Promise((resolve) => {
    const outcomes: GatewayOutcome[] = new Array(messages.length);
    let open = messages.length;
    const settle = (index: number, outcome: GatewayOutcome) => {
      outcomes[index] = outcome;
      open -= 1;
      if (open === 0) resolve(outcomes);
    };
    for (const [index, message] of messages.entries()) {
      deliver(host, message, (outcome) => settle(index, outcome));
    }
  });
}

function deliver(host: TwinHost, message: UpMessage, done: (outcome: GatewayOutcome) => void): void {
  const { gatewayId, kind, payload } = message;
  try {
    const command = decodeUpMessage(kind, payload);
    host.deliver(gatewayId, command, done as (outcome: Outcome<TwinReply>) => void);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    done({ ok: false, error: error.toValue() });
  }
}
