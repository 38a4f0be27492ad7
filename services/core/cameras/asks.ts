import type { CameraCommands } from "../../../actors/camera/contract.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { ActorAsks } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { call } from "../../../mixins/bridge.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import type { CameraHost } from "./camera-host.ts";

type CameraAsksOptions = {
  readonly nodeId: string;
  readonly host: CameraHost;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly spans?: Spans | undefined;
};

/** Commands to camera actors, wherever they are. */
export function cameraAsks(options: CameraAsksOptions): ActorAsks<CameraCommands> {
  return new ActorAsks({
    ...options,
    action: "cameras.ask",
    remote: (caller, asks, callOptions) => call(caller, "cameras.ask", { asks }, callOptions),
  });
}
