import { ecsFormat } from "@elastic/ecs-pino-format";
import type { BrokerOptions, Cachers } from "moleculer";
import pretty from "pino-pretty";
import type { Environment } from "./env.ts";
import { ErrorRegenerator } from "./mixins/error-regenerator.ts";

/** Back soon after an outage; two unanswered pings end a connection that TCP still believes in. Milliseconds. */
const NATS_OPTIONS = { reconnectTimeWait: 100, reconnectJitter: 100, pingInterval: 2000, maxPingOut: 2 };

/** The broker's options from the environment; nothing is decided here. */
export function brokerOptions(env: Environment, cacher?: Cachers.Base<object>): BrokerOptions {
  return {
    nodeID: env.NODE_ID,
    namespace: env.NAMESPACE,
    transporter: env.NATS_URL ? { type: "NATS", options: { url: env.NATS_URL, ...NATS_OPTIONS } } : null,
    cacher: cacher ?? null,
    // Carries bytes as they are.
    serializer: "CBOR",
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
    errorRegenerator: new ErrorRegenerator(),
    // Retry forgets the node a call was pinned to, and the circuit breaker is per node: one bad actor would
    // close it for all. Whoever calls an actor tries again by itself, with the same request id.
    retryPolicy: { enabled: false },
    circuitBreaker: { enabled: false },
    requestTimeout: 10_000,
    // Who is gone is known earlier, by the sessions; this is for nodes without one.
    heartbeatInterval: 2,
    heartbeatTimeout: 8,
    registry: { preferLocal: true },
    metrics: { enabled: true, reporter: [] },
    // Ours stops the front first, so that accepted messages are still answered.
    skipProcessEventRegistration: true,
    internalServices: false,
    dependencyInterval: 20,
  };
}
