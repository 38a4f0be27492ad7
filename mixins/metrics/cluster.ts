import { CONFIG_PHASES } from "../../actors/contracts/config.ts";
import { PRESENCE_STATES } from "../../actors/contracts/presence.ts";
import type { MetricDeclarations } from "./declaration.ts";

/** Of the page of the cluster: its own families, in the words of moleculer-prometheus, see decision 0027. */
export const CLUSTER_METRICS: MetricDeclarations = {
  gateway_twin_cluster_nodes: { type: "gauge", help: "Nodes with a live session." },
  gateway_twin_cluster_partitions: {
    type: "gauge",
    help: "Partitions with and without a live owner.",
    labels: { type: 12, state: ["owned", "unowned"] },
  },
  gateway_twin_cluster_twins: {
    type: "gauge",
    help: "Gateways by presence; each has a twin.",
    labels: { presence: PRESENCE_STATES },
  },
  gateway_twin_cluster_gateways_config: {
    type: "gauge",
    help: "Gateways by phase of their configuration.",
    labels: { phase: CONFIG_PHASES },
  },
  gateway_twin_cluster_gateways_out_of_sync: {
    type: "gauge",
    help: "Gateways whose reported state does not meet the desired one.",
  },
  moleculer_nodes_total: { type: "gauge", help: "Moleculer nodes count" },
  moleculer_services_total: { type: "gauge", help: "Moleculer services count" },
  moleculer_actions_total: { type: "gauge", help: "Moleculer actions count" },
  moleculer_events_total: { type: "gauge", help: "Moleculer event subscriptions" },
  moleculer_service_endpoints_total: {
    type: "gauge",
    help: "Moleculer service endpoints",
    labels: { service: 60, version: 1 },
  },
};
