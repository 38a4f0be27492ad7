import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Address } from "./daemon.ts";
import { type Place, type Server, type ServerOptions, startServer } from "./server.ts";

type PrometheusOptions = ServerOptions & {
  /** How often it scrapes, and looks at the rules (5). */
  readonly intervalSeconds?: number;
  /** Paths of rule files; those that ship when not given. */
  readonly rules?: readonly string[];
};

/** A node to scrape: its id, where it listens, such as `http://127.0.0.1:3000`, and its role (`all`). */
export type Target = { readonly nodeId: string; readonly httpUrl: string; readonly role?: string };

type Configuration = {
  readonly global: object;
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly { readonly kubernetes_sd_configs: readonly object[] }[];
};

const FOLDER = new URL("../../k8s/prometheus/", import.meta.url);
const SHIPPED: Configuration = parse(readFileSync(new URL("prometheus.yaml", FOLDER), "utf8"));

/** The rule files that ship: what is recorded, and the alerts. */
export const RULE_FILES = SHIPPED.rule_files.map((name) => fileURLToPath(new URL(name, FOLDER)));

/**
 * Prometheus with the configuration that ships, but for where it hears of nodes: `scrapeNodes` plays Kubernetes, also
 * while it runs.
 */
export function startPrometheus(options: PrometheusOptions = {}): Promise<Server> {
  const { intervalSeconds = 5, rules = RULE_FILES, ...server } = options;
  return startServer(
    {
      name: "prometheus",
      command: "prometheus",
      prepare: async (place) => {
        await writeFile(configFile(place), JSON.stringify(configuration(place, intervalSeconds, rules)));
      },
      args: (place) => [
        `--config.file=${configFile(place)}`,
        `--storage.tsdb.path=${join(place.directory, "data")}`,
        "--storage.tsdb.retention.time=1d",
        `--web.listen-address=${place.host}:${place.port}`,
      ],
      readyText: "Server is ready to receive web requests",
      probe: async (address) => {
        const { status } = await fetch(`${urlOf(address)}/-/ready`, { signal: AbortSignal.timeout(2000) });
        if (status !== 200) throw new Error(`/-/ready answers ${status}`);
      },
      url: urlOf,
    },
    server,
  );
}

/** From now on it scrapes these and no others. */
export async function scrapeNodes({ directory }: Server, nodes: readonly Target[]): Promise<void> {
  const groups = nodes.map((node) => ({ targets: [node.nodeId], labels: podLabels(node) }));
  // Renamed into its place: a half-written file must not pass for a whole one.
  const path = targetsFile(directory);
  await writeFile(`${path}.new`, JSON.stringify(groups));
  await rename(`${path}.new`, path);
}

/** What Kubernetes would tell of the node. */
function podLabels({ nodeId, httpUrl, role = "all" }: Target): Record<string, string> {
  const { hostname, port } = new URL(httpUrl);
  const labels = {
    pod_name: nodeId,
    pod_ip: hostname,
    pod_phase: "Running",
    pod_annotation_prometheus_io_scrape: "true",
    pod_annotation_prometheus_io_port: port,
    pod_label_app_kubernetes_io_name: "gateway-twin",
    pod_label_app_kubernetes_io_component: role,
    namespace: "gateway-twin",
  };
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [`__meta_kubernetes_${name}`, value]),
  );
}

/** Debian builds Prometheus without Kubernetes. JSON is YAML too. */
function configuration({ directory }: Place, intervalSeconds: number, rules: readonly string[]): object {
  const interval = `${intervalSeconds}s`;
  return {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: rules,
    scrape_configs: SHIPPED.scrape_configs.map(({ kubernetes_sd_configs: _, ...job }) => ({
      ...job,
      file_sd_configs: [{ files: [targetsFile(directory)] }],
    })),
  };
}

function urlOf({ host, port }: Address): string {
  return `http://${host}:${port}`;
}

function configFile({ directory }: Place): string {
  return join(directory, "prometheus.json");
}

function targetsFile(directory: string): string {
  return join(directory, "targets.json");
}
