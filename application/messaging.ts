import type { Sequelize } from "sequelize";
import { DomainError } from "../actors/contracts/errors.ts";
import { InProcessBus } from "../actors/runtime/in-process-bus.ts";
import type { EventBus, Log, UndeliveredRow } from "../actors/runtime/ports.ts";
import { NO_SIGNALS, type Signals } from "../actors/runtime/signals.ts";
import type { Environment } from "../env.ts";
import { failureOfThrown } from "../mixins/call-failure.ts";
import type { Metrics } from "../mixins/counters.ts";
import { connectNats } from "../stores/nats/connection.ts";
import { JetStreamBus } from "../stores/nats/jetstream-bus.ts";
import { NatsSignals } from "../stores/nats/signals.ts";
import { SqlBusStore } from "../stores/sql/bus-store.ts";
import { isTransientSqlError } from "../stores/sql/transient.ts";

/** How a node hears of the others, and what was committed. */
export type Messaging = {
  readonly bus: EventBus;
  readonly signals: Signals;
  readonly close: () => Promise<void>;
};

/** Handlers ask databases and other nodes; what these cannot do now they can do later. */
function isTransient(error: unknown): boolean {
  const isRetryable = error instanceof DomainError && error.retryable;
  return isRetryable || isTransientSqlError(error) || failureOfThrown(error) !== undefined;
}

/** Over the NATS of NATS_URL, else within the process. */
export async function messaging(
  env: Environment,
  {
    sequelize,
    log,
    metrics,
  }: { readonly sequelize: Sequelize; readonly log: Log; readonly metrics: Metrics },
): Promise<Messaging> {
  const onUndelivered = ({ group }: UndeliveredRow) =>
    metrics.count("gateway_twin.bus.dead_letters.total", { group });
  const handout = { log, clock: Date.now, isTransient, onUndelivered };
  if (!env.NATS_URL) {
    const bus = new InProcessBus({ ...handout, store: new SqlBusStore(sequelize) });
    return { bus, signals: NO_SIGNALS, close: async () => undefined };
  }
  const { NAMESPACE: namespace } = env;
  const connection = await connectNats(env.NATS_URL, { name: env.NODE_ID, log });
  return {
    bus: new JetStreamBus({ ...handout, connection, namespace }),
    signals: new NatsSignals({ connection, namespace, monotonic: () => performance.now() }),
    close: () => connection.close(),
  };
}
