import type { ServiceSchema } from "moleculer";
import type { ActorNode, AnyHost } from "../actors/runtime/node.ts";

type Lifecycle = Required<Pick<ServiceSchema, "started" | "stopped">>;

/** Makes a service the host of an actor type: it serves partitions while the service runs. */
export function actorHost(node: ActorNode, host: AnyHost): Lifecycle {
  return {
    started: () => node.serve(host),
    stopped: () => node.retire(host),
  };
}
