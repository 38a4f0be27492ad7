import { ecsFormat } from "@elastic/ecs-pino-format";
import type { BrokerOptions } from "moleculer";
import pretty from "pino-pretty";
import type { Environment } from "./env.ts";

/** The broker's options from the environment; nothing is decided here. */
export function brokerOptions(env: Environment): BrokerOptions {
  return {
    nodeID: env.NODE_ID,
    namespace: "gateway-twin",
    logger: {
      type: "Pino",
      options: {
        level: env.LOG_LEVEL,
        pino:
          env.LOG_FORMAT === "pretty"
            ? {
                options: { level: env.LOG_LEVEL },
                destination: pretty({ colorize: true, ignore: "pid,hostname,ns,nodeID" }),
              }
            : { options: { ...ecsFormat(), level: env.LOG_LEVEL } },
      },
    },
    validator: false,
    // Retry forgets the node a call was pinned to, and the circuit breaker is per node: one bad actor would
    // close it for all. Whoever calls an actor tries again by itself, with the same request id.
    retryPolicy: { enabled: false },
    circuitBreaker: { enabled: false },
    requestTimeout: 10_000,
    registry: { preferLocal: true },
    metrics: { enabled: true, reporter: [] },
    // Ours stops the front first, so that accepted messages are still answered.
    skipProcessEventRegistration: true,
    internalServices: false,
    dependencyInterval: 20,
  };
}
