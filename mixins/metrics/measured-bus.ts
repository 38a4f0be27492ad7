import type { CommitRow, Consumer, Delivery, EventBus, RowPublisher } from "../../actors/runtime/ports.ts";
import type { Metrics } from "../counters.ts";
import { type Distribution, SECONDS } from "./distribution.ts";

type Monotonic = () => number;

/** The bus, with what is published and consumed counted. `monotonic`: milliseconds. */
export function measuredBus(bus: EventBus, metrics: Metrics, monotonic: Monotonic): EventBus {
  return {
    publish: published(bus, metrics, monotonic),
    subscribe: (consumer) => bus.subscribe(measured(consumer, metrics, monotonic)),
    start: () => bus.start(),
    stop: () => bus.stop(),
    pending: () => bus.pending(),
    undelivered: (limit) => bus.undelivered(limit),
    redrive: (id) => bus.redrive(id),
  };
}

function published(bus: EventBus, metrics: Metrics, monotonic: Monotonic): RowPublisher["publish"] {
  const durations = new Map<string, Distribution>();
  const durationOf = (type: string) => {
    const known = durations.get(type);
    if (known) return known;
    const name = "gateway_twin.outbox.publish.duration.seconds";
    const made = metrics.distribution(name, { type }, SECONDS);
    durations.set(type, made);
    return made;
  };
  return (row: CommitRow, isRoutine) => {
    const start = monotonic();
    const stored = bus.publish(row, isRoutine);
    const { type } = row;
    stored.then(
      () => durationOf(type).observe((monotonic() - start) / 1000),
      () => metrics.count("gateway_twin.outbox.publish.failures.total", { type }),
    );
    return stored;
  };
}

function measured({ handle, ...consumer }: Consumer, metrics: Metrics, monotonic: Monotonic): Consumer {
  const { group } = consumer;
  const name = "gateway_twin.bus.handle.duration.seconds";
  const duration = metrics.distribution(name, { group }, SECONDS);
  let last = -1;

  /** A delivery keeps its number when it is handed out again. */
  function begun({ sequence }: Delivery): void {
    if (sequence === last) metrics.count("gateway_twin.bus.redeliveries.total", { group });
    last = sequence;
  }

  function ended(result: "ok" | "failed", { rows }: Delivery): void {
    metrics.count("gateway_twin.bus.deliveries.total", { group, result });
    if (result === "ok") metrics.count("gateway_twin.bus.rows.total", { group }, rows.length);
  }

  return {
    ...consumer,
    handle: async (delivery) => {
      const start = monotonic();
      begun(delivery);
      try {
        await handle(delivery);
        ended("ok", delivery);
      } catch (error) {
        ended("failed", delivery);
        throw error;
      } finally {
        duration.observe((monotonic() - start) / 1000);
      }
    },
  };
}
