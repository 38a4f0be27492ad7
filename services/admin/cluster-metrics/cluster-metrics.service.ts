import type { ServiceSchema } from "moleculer";
import { CONFIG_PHASES } from "../../../actors/contracts/config.ts";
import { PRESENCE_STATES } from "../../../actors/contracts/presence.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import { CLUSTER_METRICS } from "../../../mixins/metrics/cluster.ts";
import {
  type Definitions,
  definitionsOf,
  PROMETHEUS,
  type Prometheus,
  type Register,
  registerFor,
} from "./prometheus.ts";

type ClusterMetrics = { readonly schema: ServiceSchema; readonly text: () => string };

type ClusterMetricsOptions = {
  readonly log: Log;
  readonly everyMs?: number;
};

const EVERY_MS = 5000;
const TIMEOUT_MS = 3000;

/** The view of the whole cluster, the same on every node that runs it; `text` is the page. */
export function clusterMetricsService({ log, everyMs = EVERY_MS }: ClusterMetricsOptions): ClusterMetrics {
  let text = "";
  let problem: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** A page is whole or that of before: what cannot be asked now is not on it. */
  async function refresh(caller: Caller, register: Register, prometheus: Prometheus): Promise<void> {
    const asked = await Promise.allSettled(PARTS.map((part) => part(caller)));
    register.resetMetrics();
    await prometheus.updateCommonValues();
    for (const { name, labels, value } of asked.flatMap((one) =>
      one.status === "fulfilled" ? one.value : [],
    ))
      prometheus.update(name, "set", labels ?? null, value);
    text = register.metrics();
    report(asked.find((one) => one.status === "rejected")?.reason);
  }

  function report(error: unknown): void {
    const message = error === undefined ? undefined : String(error);
    if (message !== undefined && message !== problem)
      log.warn("the metrics of the cluster are not whole; they are tried again", { error });
    problem = message;
  }

  const schema: ServiceSchema = {
    name: "cluster-metrics",
    ...PROMETHEUS,
    async started() {
      const { createMetrics, updateCommonValues, update, broker } = this;
      const prometheus: Prometheus = { createMetrics, updateCommonValues, update };
      const register = registerFor(this);
      prometheus.createMetrics(DEFINITIONS);
      timer = setInterval(() => void refresh(broker, register, prometheus).catch(report), everyMs).unref();
    },
    async stopped() {
      clearInterval(timer);
    },
  };
  return { schema, text: () => text };
}

const PACKAGE = definitionsOf(Object.keys(CLUSTER_METRICS));
const OWN: Definitions = Object.fromEntries(
  Object.entries(CLUSTER_METRICS)
    .filter(([name]) => !(name in PACKAGE))
    .map(([name, { help, labels = {} }]) => [name, { type: "Gauge", help, labelNames: Object.keys(labels) }]),
);
const DEFINITIONS = { ...PACKAGE, ...OWN };

type Sample = {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
};

const PARTS: readonly ((caller: Caller) => Promise<Sample[]>)[] = [clusterOf, presenceOf, configOf];

async function clusterOf(caller: Caller): Promise<Sample[]> {
  const { nodes, partitions } = await call(caller, "cluster.get", {}, { timeout: TIMEOUT_MS });
  const name = "gateway_twin_cluster_partitions";
  return [
    { name: "gateway_twin_cluster_nodes", value: nodes.length },
    ...Object.entries(partitions).flatMap(([type, { total, owned }]) => [
      { name, labels: { type, state: "owned" }, value: owned },
      { name, labels: { type, state: "unowned" }, value: total - owned },
    ]),
  ];
}

async function presenceOf(caller: Caller): Promise<Sample[]> {
  const { counts } = await call(caller, "presence.summary", {}, { timeout: TIMEOUT_MS });
  const name = "gateway_twin_cluster_twins";
  return PRESENCE_STATES.map((presence) => ({ name, labels: { presence }, value: counts[presence] }));
}

async function configOf(caller: Caller): Promise<Sample[]> {
  const { counts } = await call(caller, "config.summary", {}, { timeout: TIMEOUT_MS });
  const name = "gateway_twin_cluster_gateways_config";
  const out = CONFIG_PHASES.filter((phase) => phase !== "IN_SYNC");
  return [
    ...CONFIG_PHASES.map((phase) => ({ name, labels: { phase }, value: counts[phase] })),
    {
      name: "gateway_twin_cluster_gateways_out_of_sync",
      value: out.reduce((sum, phase) => sum + counts[phase], 0),
    },
  ];
}
