import type { CallingOptions } from "moleculer";
import type { CameraCommand } from "../actors/camera/contract.ts";
import type { CommandCommand } from "../actors/command/contract.ts";
import type { ConfigCommand } from "../actors/config/contract.ts";
import type { PresenceCommand } from "../actors/presence/contract.ts";
import type { Outcome } from "../actors/runtime/actor.ts";
import type { Ask } from "../actors/runtime/ask.ts";
import type { TwinCommand } from "../actors/twin/contract.ts";
import type { ActorRouter } from "../mixins/actor-router.ts";
import { type Caller, call } from "../mixins/bridge.ts";
import type { DeadLettersOptions } from "../services/job/dead-letters.service.ts";

type Redeliver = (
  caller: Caller,
  ask: Ask<unknown>,
  options: CallingOptions,
) => Promise<readonly Outcome<unknown>[]>;

/** A dead letter holds the command as it was given to the actor: it is what that type takes. */
const ASKS: Readonly<Record<string, Redeliver>> = {
  twin: (caller, ask, options) => call(caller, "twins.ask", { asks: [ask as Ask<TwinCommand>] }, options),
  presence: (caller, ask, options) =>
    call(caller, "presence.ask", { asks: [ask as Ask<PresenceCommand>] }, options),
  camera: (caller, ask, options) =>
    call(caller, "cameras.ask", { asks: [ask as Ask<CameraCommand>] }, options),
  command: (caller, ask, options) =>
    call(caller, "commands.ask", { asks: [ask as Ask<CommandCommand>] }, options),
  config: (caller, ask, options) =>
    call(caller, "config.ask", { asks: [ask as Ask<ConfigCommand>] }, options),
};

/** Hands a command that became a dead letter to its actor once more. */
export function redeliverTo(
  caller: Caller,
  routerOf: (type: string) => ActorRouter,
): DeadLettersOptions["redeliver"] {
  return (type, actorId, command) => {
    const redeliver = ASKS[type];
    if (!redeliver) throw new Error(`no node hosts actors of the type '${type}'`);
    return routerOf(type).ask(actorId, async (nodeID, timeout) => {
      const [outcome] = await redeliver(caller, { gatewayId: actorId, command }, { nodeID, timeout });
      if (!outcome) throw new Error("one command has one outcome");
      return outcome;
    });
  };
}
