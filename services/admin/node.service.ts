import type { ServiceSchema } from "moleculer";
import type { ActorNode } from "../../actors/runtime/node.ts";
import { actions } from "../../mixins/bridge.ts";

const DRAIN_SECONDS = 30;

/** What an operator may ask of one node; every node has it, whatever its roles. */
export function nodeService(node: ActorNode): ServiceSchema {
  return {
    name: "node",
    actions: actions("node", {
      handOff: async ({ type, partition }) => ({ moved: await node.ownership.giveAway(type, partition) }),
      async drain({ timeoutSeconds = DRAIN_SECONDS }) {
        await node.drain(timeoutSeconds * 1000);
        return { left: node.ownership.heldCount };
      },
    }),
  };
}
