import { OF_CLUSTER, type Page, quantile, rate, SCOPE } from "./page.ts";

const ONLINE = `max(gateway_twin_cluster_twins{${OF_CLUSTER},presence="ONLINE"})`;
const OUT_OF_SYNC = `max(gateway_twin_cluster_gateways_out_of_sync{${OF_CLUSTER}})`;

/** How the gateways are, for whoever asks "is the fleet all right?". */
export const fleet: Page = {
  name: "fleet",
  title: "Fleet",
  description: "How the gateways are: who is there, who is in sync, what they send and are sent.",
  rows: [
    {
      title: "Who is there",
      panels: [
        {
          title: "Gateways by presence",
          tells:
            "Gateways that are online, suspect (their link is lost, for seconds), offline, or were never seen. A step " +
            "from online to suspect is a front or a network that went away.",
          unit: "short",
          queries: { "{{state}}": `max by (state) (gateway_twin_presence_gateways{${SCOPE}})` },
        },
        {
          title: "Gone since 15 minutes ago",
          tells:
            "Share of the gateways that were online 15 minutes ago and are not. See what they have in common.",
          unit: "percentunit",
          queries: {
            gone: `clamp_min(1 - ${ONLINE} / (${ONLINE.replace("}", "} offset 15m")} or ${ONLINE}), 0)`,
          },
          alerts: ["MassOffline"],
        },
        {
          title: "Flapping: changes of presence",
          tells:
            "Changes per second. Many to SUSPECT and back to ONLINE are gateways that lose their link again and again.",
          unit: "ops",
          queries: {
            "{{to}} {{reason}}": `sum by (to, reason) (${rate("gateway_twin_presence_changes_total")})`,
          },
        },
        {
          title: "Connections",
          tells:
            "Gateways that are connected to the fronts of each node. They come back by themselves after a failure.",
          unit: "short",
          queries: { "{{instance}}": `gateway_twin_edge_connections_open{${SCOPE}}` },
        },
        {
          title: "Connects",
          tells:
            "Connections that were admitted, closed by us or refused, per second. Refused for a wrong password: a " +
            "gateway with an old one, or somebody who guesses. Refused for a limit: a storm, which spreads by itself.",
          unit: "ops",
          queries: {
            opened: `sum(${rate("gateway_twin_edge_connections_opened_total")})`,
            "closed: {{reason}}": `sum by (reason) (${rate("gateway_twin_edge_connections_closed_total")}) or vector(0)`,
            "refused: {{reason}}": `sum by (reason) (${rate("gateway_twin_edge_connections_refused_total")}) or vector(0)`,
          },
        },
      ],
    },
    {
      title: "In sync",
      panels: [
        {
          title: "Gateways by configuration",
          tells:
            "IN_SYNC has what is desired. DELIVERING is being told, PENDING waits for the gateway to come back, FAILED " +
            "was given up: the gateway refuses, or did not answer eight times.",
          unit: "short",
          queries: { "{{phase}}": `max by (phase) (gateway_twin_config_gateways{${SCOPE}})` },
        },
        {
          title: "More out of sync than 30 minutes ago",
          tells:
            "Share of all gateways. A rise after a change of a profile is usual for as long as it is delivered.",
          unit: "percentunit",
          queries: {
            more:
              `clamp_min((${OUT_OF_SYNC} - (${OUT_OF_SYNC.replace("}", "} offset 30m")} or ${OUT_OF_SYNC}))` +
              ` / sum(max by (presence) (gateway_twin_cluster_twins{${OF_CLUSTER}})), 0)`,
          },
          alerts: ["GatewaysOutOfSync"],
        },
        {
          title: "Convergence lag",
          tells:
            "From the first unmet wish to the report that met all of them. A high p99 with a low p50 is gateways that " +
            "were away; both high are gateways, or we, that are slow.",
          unit: "s",
          queries: {
            p50: quantile(0.5, "gateway_twin_config_lag_seconds"),
            p99: quantile(0.99, "gateway_twin_config_lag_seconds"),
          },
        },
        {
          title: "Deliveries of desired state",
          tells: "What was sent to gateways because of a wish, or why nothing was, per second.",
          unit: "ops",
          queries: { "{{what}}": `sum by (what) (${rate("gateway_twin_config_deliveries_total")})` },
        },
        {
          title: "Configurations given up",
          tells: "Per second. REFUSED: the gateway said no. NO_RESPONSE: it did not answer eight times.",
          unit: "ops",
          queries: {
            "{{reason}}": `sum by (reason) (${rate("gateway_twin_config_failed_total")}) or vector(0)`,
          },
        },
      ],
    },
    {
      title: "Messages",
      panels: [
        {
          title: "Messages from gateways",
          tells: "Per second and kind, by front and by bridge.",
          unit: "mps",
          queries: {
            "front {{kind}}": `sum by (kind) (${rate("gateway_twin_edge_messages_total")})`,
            "bridge {{kind}}": `sum by (kind) (${rate("gateway_twin_bridge_messages_total")}) or vector(0)`,
          },
        },
        {
          title: "Messages to gateways",
          tells: "Per second and topic, by the front.",
          unit: "mps",
          queries: { "{{topic}}": `sum by (topic) (${rate("gateway_twin_edge_downlinks_total")})` },
        },
        {
          title: "Failed calls to the edges",
          tells:
            "Share of the calls with messages for gateways. What is lost is sent again by the configuration.",
          unit: "percentunit",
          queries: {
            "{{edge}}":
              `(sum by (edge) (${rate("gateway_twin_downlinks_batches_total", `result="failed"`)})` +
              ` / sum by (edge) (${rate("gateway_twin_downlinks_batches_total")})) or vector(0)`,
          },
          alerts: ["DownlinksFailing"],
        },
        {
          title: "Traffic of the front",
          tells: "Bytes of payloads per second.",
          unit: "binBps",
          queries: {
            "from gateways": `sum(${rate("gateway_twin_edge_received_bytes_total")})`,
            "to gateways": `sum(${rate("gateway_twin_edge_sent_bytes_total")})`,
          },
        },
        {
          title: "Time to PUBACK",
          tells:
            "From the arrival of a message for a twin at the front to its acknowledgement, which follows the commit.",
          unit: "s",
          queries: {
            p50: quantile(0.5, "gateway_twin_edge_acknowledgement_seconds"),
            p99: quantile(0.99, "gateway_twin_edge_acknowledgement_seconds"),
          },
        },
        {
          title: "Refused messages",
          tells:
            "Per second and reason. The gateway got its PUBACK and an error: it should not send them again. Much of one " +
            "reason is a firmware with a fault.",
          unit: "mps",
          queries: {
            "front {{reason}}": `sum by (reason) (${rate("gateway_twin_edge_errors_total")})`,
            "bridge {{reason}}": `sum by (reason) (${rate("gateway_twin_bridge_errors_total")}) or vector(0)`,
          },
        },
        {
          title: "Events by severity",
          tells: "Events that came into the journal, per second.",
          unit: "ops",
          queries: { "{{severity}}": `sum by (severity) (${rate("gateway_twin_journal_events_total")})` },
        },
      ],
    },
    {
      title: "Commands and cameras",
      panels: [
        {
          title: "Commands by result",
          tells:
            "Commands that ended, per second. TIMED_OUT: the gateway was there and did not answer in time.",
          unit: "ops",
          queries: { "{{state}}": `sum by (state) (${rate("gateway_twin_commands_total")})` },
        },
        {
          title: "Commands without an answer",
          tells:
            "Share of the commands that ended. Many at once: the way to the gateways is broken, or a firmware is.",
          unit: "percentunit",
          queries: {
            "timed out":
              `(sum(${rate("gateway_twin_commands_total", `state="TIMED_OUT"`)}) or vector(0))` +
              ` / sum(${rate("gateway_twin_commands_total")})`,
          },
          alerts: ["CommandsTimingOut"],
        },
        {
          title: "Camera streams",
          tells: "Begun and ended because somebody watches or nobody does any more, and failed, per second.",
          unit: "ops",
          queries: {
            "{{what}}": `sum by (what) (${rate("gateway_twin_cameras_errands_total")})`,
            "failed: {{what}} {{error}}": `sum by (what, error) (${rate("gateway_twin_cameras_errands_failed_total")}) or vector(0)`,
          },
        },
      ],
    },
  ],
};
