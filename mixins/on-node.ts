import type { Context } from "moleculer";
import type { ActionName, Params, Result } from "../actors/contracts/contract.ts";
import { DomainError } from "../actors/contracts/errors.ts";
import { call } from "./bridge.ts";

/** For the node that the params name; `seconds` is how long it may work on the answer. */
type ForNode = { readonly nodeId: string; readonly seconds?: number };

const ANSWER_SECONDS = 10;

/** A handler of an action for one node: any node takes the call, and the one that it is for answers it. */
export function onNode<Name extends ActionName>(
  name: Name,
  answer: (params: Params<Name> & ForNode) => Promise<Result<Name>>,
) {
  return async (params: Params<Name> & ForNode, context: Context): Promise<Result<Name>> => {
    const { nodeId, seconds = 0 } = params;
    const { nodeID, registry } = context.broker;
    if (nodeId === nodeID) return answer(params);
    if (!registry.nodes.get(nodeId)?.available) throw new DomainError("NODE_NOT_FOUND", { nodeId });
    return call(context, name, params, { nodeID: nodeId, timeout: (ANSWER_SECONDS + seconds) * 1000 });
  };
}
