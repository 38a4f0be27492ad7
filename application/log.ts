import type { Environment } from "../env.ts";
import { Logs } from "../mixins/logs/logs.ts";
import pack from "../package.json" with { type: "json" };

/** The log of this node, as the environment asks for it. */
export function logsOf(env: Environment): Logs {
  return new Logs({
    format: env.LOG_FORMAT,
    level: env.LOG_LEVEL,
    nodeId: env.NODE_ID,
    namespace: env.NAMESPACE,
    version: pack.version,
  });
}
