import type { BrokerOptions, Cachers } from "moleculer";
import type { Environment } from "./env.ts";
import { ErrorRegenerator } from "./mixins/error-regenerator.ts";
import type { Logs } from "./mixins/logs/logs.ts";
import pack from "./package.json" with { type: "json" };
import { runsService } from "./services/roles.ts";

/** Back soon after an outage; two unanswered pings end a connection that TCP still believes in. Milliseconds. */
const NATS_OPTIONS = { reconnectTimeWait: 100, reconnectJitter: 100, pingInterval: 2000, maxPingOut: 2 };

/** The broker's options from the environment; nothing is decided here. */
export function brokerOptions(env: Environment, logs: Logs, cacher?: Cachers.Base<object>): BrokerOptions {
  return {
    nodeID: env.NODE_ID,
    namespace: env.NAMESPACE,
    // For people: which versions run side by side.
    metadata: { version: pack.version },
    transporter: env.NATS_URL ? { type: "NATS", options: { url: env.NATS_URL, ...NATS_OPTIONS } } : null,
    cacher: cacher ?? null,
    // Carries bytes as they are.
    serializer: "CBOR",
    logger: logs.forBroker,
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
    // Spans are made by `Traces`, where they matter: Moleculer's own cost every call, also those that are not traced.
    tracing: { enabled: false },
    metrics: { enabled: true, reporter: [] },
    // Each one costs every call. What the others do is done here, or switched off above.
    internalMiddlewares: false,
    middlewares: ["Cacher", "Timeout", "ErrorHandler"],
    // Ours stops the front first, so that accepted messages are still answered.
    skipProcessEventRegistration: true,
    // Asked for what the cluster consists of.
    internalServices: runsService(env.ROLES, "cluster-metrics"),
    dependencyInterval: 20,
  };
}
