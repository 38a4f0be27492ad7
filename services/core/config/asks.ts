import type { ConfigCommands } from "../../../actors/config/contract.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { ActorAsks } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { call } from "../../../mixins/bridge.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import type { ConfigHost } from "./config-host.ts";

type ConfigAsksOptions = {
  readonly nodeId: string;
  readonly host: ConfigHost;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly spans?: Spans | undefined;
};

/** Commands to config actors, wherever they are. */
export function configAsks(options: ConfigAsksOptions): ActorAsks<ConfigCommands> {
  return new ActorAsks({
    ...options,
    action: "config.ask",
    remote: (caller, asks, callOptions) => call(caller, "config.ask", { asks }, callOptions),
  });
}
