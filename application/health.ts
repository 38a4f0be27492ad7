import type { ActorNode } from "../actors/runtime/node.ts";
import type { Phase } from "./parts.ts";

/** Of this node alone. */
export function healthOf(node: ActorNode, { name }: Phase) {
  const problems = [...(name === "running" ? [] : [`the node is ${name}`]), ...node.problems];
  return { started: name !== "starting", ready: problems.length === 0, problems };
}
