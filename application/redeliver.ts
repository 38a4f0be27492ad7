import type { TwinCommand } from "../actors/twin/contract.ts";
import type { ActorRouter } from "../mixins/actor-router.ts";
import { type Caller, call } from "../mixins/bridge.ts";
import type { DeadLettersOptions } from "../services/job/dead-letters.service.ts";

/** Hands a command that became a dead letter to its actor once more. */
export function redeliverTo(caller: Caller, router: ActorRouter): DeadLettersOptions["redeliver"] {
  return (type, actorId, command) => {
    if (type !== "twin") throw new Error(`no node hosts actors of the type '${type}'`);
    const asks = [{ gatewayId: actorId, command: command as TwinCommand }];
    return router.ask(actorId, async (nodeID, timeout) => {
      const [outcome] = await call(caller, "twins.ask", { asks }, { nodeID, timeout });
      if (!outcome) throw new Error("one command has one outcome");
      return outcome;
    });
  };
}
