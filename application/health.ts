import type { ActorHost } from "../actors/runtime/host.ts";
import type { ActorNode } from "../actors/runtime/node.ts";
import type { Counters } from "../mixins/counters.ts";
import type { Phase } from "./parts.ts";

/** Of this node alone. */
export function healthOf(node: ActorNode, { name }: Phase) {
  const problems = [...(name === "running" ? [] : [`the node is ${name}`]), ...node.problems];
  return { ready: problems.length === 0, problems };
}

type CountedHost = Pick<ActorHost<never, never, never, never>, "counts" | "typeName">;

/** What changes all the time is looked at when somebody asks. */
export function gaugeActors(counters: Counters, host: CountedHost, node: ActorNode): void {
  for (const [name, value] of Object.entries(host.counts)) {
    counters.gauge(`gateway_twin.actors.${name.replace("Bytes", ".bytes")}`, value, { type: host.typeName });
  }
  counters.gauge("gateway_twin.commits", node.committer.commits);
}
