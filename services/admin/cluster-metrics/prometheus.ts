import { createRequire } from "node:module";
import type { Context, Service, ServiceSchema } from "moleculer";

type Definition = { readonly type: "Gauge"; readonly help: string; readonly labelNames?: readonly string[] };
export type Definitions = Readonly<Record<string, Definition>>;

/** What moleculer-prometheus has under these names. */
export type Prometheus = {
  readonly createMetrics: (definitions: Definitions) => void;
  /** Asks the `$node` service for nodes, services, actions and events. */
  readonly updateCommonValues: () => Promise<void>;
  readonly update: (name: string, method: "set", labels: Labels | null, value: number) => void;
};

type Labels = Readonly<Record<string, string>>;
export type Register = { readonly metrics: () => string; readonly resetMetrics: () => void };
type Package = {
  readonly settings: { readonly metrics: Definitions };
  readonly methods: NonNullable<ServiceSchema["methods"]>;
  readonly events: Readonly<Record<string, (this: Service, payload: unknown) => void | Promise<void>>>;
};

const load = createRequire(import.meta.url);
const original: Package = load("moleculer-prometheus");
const client: { readonly Registry: new () => Register } = createRequire(load.resolve("moleculer-prometheus"))(
  "prom-client",
);

/** Its families of these names. */
export function definitionsOf(names: readonly string[]): Definitions {
  const { metrics } = original.settings;
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => names.includes(name)));
}

/**
 * moleculer-prometheus for Moleculer 0.15, whose events come with a context instead of their payload. It is copied
 * and not mixed in, else both of its handlers would run; and it listens on no port of its own, which it would do on
 * all interfaces.
 */
export const PROMETHEUS = {
  methods: original.methods,
  events: Object.fromEntries(
    Object.entries(original.events).map(([name, handle]) => [
      name,
      {
        handler(this: Service, { params }: Context) {
          return handle.call(this, params);
        },
      },
    ]),
  ),
};

/** Where it puts the numbers of a service from now on. */
export function registerFor(service: Service): Register {
  const register = new client.Registry();
  Object.assign(service, { client, register });
  return register;
}
