import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ensureTools, findCommand, SERVER_COMMANDS } from "../../scripts/tools.ts";
import { describeEnvironment, type Environment } from "../environment.ts";
import type { ClusterPart } from "../options.ts";
import type { VerifiedVariant } from "../results.ts";
import { messagesPerSecond, resultsOf } from "../rounds.ts";
import { median } from "../stats.ts";
import { measureStorm } from "../storm/storm.ts";
import { measureFailover, measureHandOff } from "./faults.ts";
import { measureClusterLatency, measureClusterPatch } from "./latency.ts";
import type { ClusterPlan } from "./plan.ts";
import { renderClusterReport } from "./report.ts";
import { type ClusterResults, clusterFaults } from "./results.ts";
import { rowsOf } from "./rows.ts";
import { openStage, type Stage } from "./stage.ts";
import { measureClusterThroughput } from "./throughput.ts";

const PACKAGES = ["nats", "mysql2", "ioredis", "cbor-x"];
/** Where throughput was not measured in the same run. */
const ASSUMED_RATE = 10_000;

/** The report, and what makes its figures worthless. */
export async function runCluster(
  parts: readonly ClusterPart[],
  plan: ClusterPlan,
): Promise<{ report: string; faults: string[] }> {
  ensureTools(SERVER_COMMANDS);
  const stage = await openStage();
  const rows = rowsOf(stage.lanes, plan.sizes);
  const results: ClusterResults = {
    date: new Date(),
    environment: { ...(await describeEnvironment(PACKAGES)), ...(await serverVersions()) },
    measureMs: plan.measureMs,
    rows: rows.map(({ title, lane, isGoal }) => ({ title, kind: lane.variant.kind, isGoal })),
    variants: Object.values(stage.lanes).map(({ variant }) => variant),
    verified: [],
  };
  if (parts.includes("cluster-throughput")) {
    console.log("throughput on real servers");
    results.throughput = await measureClusterThroughput(rows, stage.cluster, plan);
  }
  await measureRest(stage, parts, plan, results);
  console.log("reading all twins back");
  results.verified = await verifyAll(stage);
  await stage.close();
  return { report: renderClusterReport(results), faults: clusterFaults(results, plan.rounds) };
}

async function measureRest(
  stage: Stage,
  parts: readonly ClusterPart[],
  plan: ClusterPlan,
  results: ClusterResults,
): Promise<void> {
  if (parts.includes("cluster-latency")) {
    console.log("latency by front");
    results.latency = await measureClusterLatency(stage, plan);
  }
  if (parts.includes("cluster-patch")) {
    console.log("desired state to a gateway");
    results.patch = await measureClusterPatch(stage, plan, halfOfFront(results));
  }
  if (parts.includes("cluster-failover")) {
    console.log("kill -9 of an owner");
    results.failover = await measureFailover(stage, plan);
  }
  if (parts.includes("cluster-handoff")) {
    console.log("SIGTERM of an owner");
    results.handOff = await measureHandOff(stage, plan);
  }
  if (parts.includes("cluster-storm")) {
    console.log("a fleet that reconnects");
    results.storm = await measureStorm(stage, plan);
  }
}

function halfOfFront({ throughput, rows }: ClusterResults): number {
  const title = rows.find(({ kind }) => kind === "front")?.title ?? "";
  const rate = median(resultsOf(throughput?.rounds ?? [], title).map(messagesPerSecond));
  return Math.round((Number.isNaN(rate) ? ASSUMED_RATE : rate) / 2);
}

async function verifyAll({ lanes }: Stage): Promise<VerifiedVariant[]> {
  const verified: VerifiedVariant[] = [];
  for (const lane of Object.values(lanes)) {
    const verification = await lane.verify();
    if (verification !== undefined) verified.push({ title: lane.variant.title, verification });
  }
  return verified;
}

async function serverVersions(): Promise<Environment> {
  const [nats, mariadb, redis] = await Promise.all([
    outputOf("nats-server", "--version"),
    outputOf("mariadbd", "--version"),
    outputOf("redis-server", "--version"),
  ]);
  const mosquitto = (await outputOf("mosquitto", "-h")).split("\n")[0] ?? "";
  return { Servers: [nats, mariadb, redis, mosquitto].map((text) => text.trim()).join("; ") };
}

async function outputOf(command: Parameters<typeof findCommand>[0], option: string): Promise<string> {
  // mosquitto tells its version with its help, and ends with a failure then.
  const { stdout } = await promisify(execFile)(findCommand(command), [option]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}
