import type { ServiceBroker } from "moleculer";
import type { Log } from "../actors/runtime/ports.ts";
import { type ActorSpans, NO_SPANS } from "../actors/runtime/spans.ts";
import type { Environment } from "../env.ts";
import type { Metrics } from "../mixins/counters.ts";
import { Traces } from "../mixins/traces/traces.ts";
import { actorTurn, groupCommit } from "../mixins/traces/work.ts";
import { JaegerExporter } from "../stores/jaeger/jaeger-exporter.ts";

/** Services whose name is not that of the actors they host. */
const SERVICES: Readonly<Record<string, string>> = { twin: "twins", command: "commands", camera: "cameras" };

type Tools = { readonly broker: ServiceBroker; readonly log: Log; readonly metrics: Metrics };

/** Undefined without JAEGER_URL. Spans that have ended are sent before the broker has stopped. */
export function traces(env: Environment, { broker, log, metrics }: Tools): Traces | undefined {
  if (!env.JAEGER_URL) return undefined;
  const exporter = new JaegerExporter({
    endpoint: env.JAEGER_URL,
    namespace: env.NAMESPACE,
    tags: { "service.instance.id": env.NODE_ID, "service.namespace": env.NAMESPACE },
    log,
    count: (what, spans) => metrics.count("gateway_twin.traces.spans.total", { what }, spans),
  });
  exporter.init(broker.tracer);
  broker.tracer.exporter = [exporter];
  return new Traces({ tracer: broker.tracer, rate: env.TRACE_SAMPLE_RATE, random: Math.random });
}

/** What traces tell of actors and their commits. */
export function actorSpans(env: Environment, spans: Traces | undefined): ActorSpans {
  if (!spans) return NO_SPANS;
  const system = env.DATABASE_URL ? "mariadb" : "sqlite";
  return {
    turn: (trace, { type, command }) => spans.start(trace, actorTurn(serviceOf(type), type, command)),
    commit: (trace, { type, rows, changes }) =>
      spans.start(trace, groupCommit(serviceOf(type), system, rows, changes)),
  };
}

function serviceOf(actorType: string): string {
  return SERVICES[actorType] ?? actorType;
}
