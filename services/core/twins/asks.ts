import type { Routes } from "../../../actors/runtime/routes.ts";
import type { TwinCommands } from "../../../actors/twin/contract.ts";
import { ActorAsks } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { call } from "../../../mixins/bridge.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import type { TwinHost } from "./twin-host.ts";

type TwinAsksOptions = {
  readonly nodeId: string;
  readonly host: TwinHost;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly spans?: Spans | undefined;
};

/** Commands to twins, wherever they are. */
export function twinAsks(options: TwinAsksOptions): ActorAsks<TwinCommands> {
  return new ActorAsks({
    ...options,
    action: "twins.ask",
    remote: (caller, asks, callOptions) => call(caller, "twins.ask", { asks }, callOptions),
  });
}
