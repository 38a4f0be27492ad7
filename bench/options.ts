import { parseArgs } from "node:util";

/** In one process on SQLite. */
export const PARTS = ["throughput", "latency", "patch", "rest", "memory"] as const;
export type Part = (typeof PARTS)[number];
/** As several processes on real servers. */
export const CLUSTER_PARTS = [
  "cluster-throughput",
  "cluster-latency",
  "cluster-patch",
  "cluster-failover",
  "cluster-handoff",
  "cluster-storm",
] as const;
export type ClusterPart = (typeof CLUSTER_PARTS)[number];
export type Options = { quick: boolean; parts: readonly Part[]; clusterParts: readonly ClusterPart[] };

const NAMES = ["embedded", "cluster", ...PARTS, ...CLUSTER_PARTS];

/** `--quick`: few short rounds. `--only <part>`: that part alone (may be given again); also `embedded`, `cluster`. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { quick: { type: "boolean", default: false }, only: { type: "string", multiple: true } },
  });
  const only = values.only ?? ["embedded", "cluster"];
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`--only takes one of ${NAMES.join(", ")}, not '${unknown}'`);
  return {
    quick: values.quick,
    parts: PARTS.filter((part) => only.includes("embedded") || only.includes(part)),
    clusterParts: CLUSTER_PARTS.filter((part) => only.includes("cluster") || only.includes(part)),
  };
}

/** A part of the numbers must not replace all of them. */
export function writesResults({ quick, parts }: Options): boolean {
  return !quick && parts.length === PARTS.length;
}

export function writesClusterResults({ quick, clusterParts }: Options): boolean {
  return !quick && clusterParts.length === CLUSTER_PARTS.length;
}
