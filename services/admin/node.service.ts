import type { Context, ServiceSchema } from "moleculer";
import type { Params } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { DEFAULT_TTL_SECONDS } from "../../actors/contracts/nodes.ts";
import type { ActorNode } from "../../actors/runtime/node.ts";
import { actions, call } from "../../mixins/bridge.ts";
import type { LogLevels } from "../../mixins/logs/log-levels.ts";
import { rfc3339 } from "../../mixins/rfc3339.ts";

const DRAIN_SECONDS = 30;

/** What an operator may ask of one node; every node has it, whatever its roles. */
export function nodeService(node: ActorNode, levels: Pick<LogLevels, "set">): ServiceSchema {
  return {
    name: "node",
    actions: actions("node", {
      handOff: async ({ type, partition }) => ({ moved: await node.ownership.giveAway(type, partition) }),
      async drain({ timeoutSeconds = DRAIN_SECONDS }) {
        await node.drain(timeoutSeconds * 1000);
        return { left: node.ownership.heldCount };
      },
      async setLogLevel(wish, context) {
        const { nodeId, ttlSeconds = DEFAULT_TTL_SECONDS, ...change } = wish;
        if (nodeId !== context.broker.nodeID) return handOn(context, wish);
        const { expireTime, ...changed } = levels.set({ ...change, ttlSeconds });
        return { ...changed, expireTime: rfc3339(expireTime) };
      },
    }),
  };
}

function handOn(context: Context, wish: Params<"node.setLogLevel">) {
  const { nodeId } = wish;
  if (!context.broker.registry.nodes.get(nodeId)?.available)
    throw new DomainError("NODE_NOT_FOUND", { nodeId });
  return call(context, "node.setLogLevel", wish, { nodeID: nodeId });
}
