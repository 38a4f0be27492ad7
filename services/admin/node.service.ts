import type { ServiceSchema } from "moleculer";
import { DEFAULT_TTL_SECONDS } from "../../actors/contracts/nodes.ts";
import type { ActorNode } from "../../actors/runtime/node.ts";
import { actions } from "../../mixins/bridge.ts";
import type { LogLevels } from "../../mixins/logs/log-levels.ts";
import { onNode } from "../../mixins/on-node.ts";
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
      setLogLevel: onNode("node.setLogLevel", async (wish) => {
        const { nodeId: _, ttlSeconds = DEFAULT_TTL_SECONDS, ...change } = wish;
        const { expireTime, ...changed } = levels.set({ ...change, ttlSeconds });
        return { ...changed, expireTime: rfc3339(expireTime) };
      }),
    }),
  };
}
