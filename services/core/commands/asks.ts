import type { CommandCommands } from "../../../actors/command/contract.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { ActorAsks } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { call } from "../../../mixins/bridge.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import type { CommandHost } from "./command-host.ts";

type CommandAsksOptions = {
  readonly nodeId: string;
  readonly host: CommandHost;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly spans?: Spans | undefined;
};

/** Commands to command actors, wherever they are. */
export function commandAsks(options: CommandAsksOptions): ActorAsks<CommandCommands> {
  return new ActorAsks({
    ...options,
    action: "commands.ask",
    remote: (caller, asks, callOptions) => call(caller, "commands.ask", { asks }, callOptions),
  });
}
