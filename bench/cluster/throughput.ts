import { availableParallelism } from "node:os";
import type { LoadResult } from "../generator/commands.ts";
import { cpuPer100k, messagesPerSecond, type Round, splitRounds } from "../rounds.ts";
import type { ClusterPlan } from "./plan.ts";
import type { ProductCluster } from "./product-cluster.ts";
import type { Row } from "./rows.ts";

export type ClusterThroughput = {
  /** The steady ones; all when none was steady, so that there is something to look at. */
  rounds: Round[];
  steady: number;
  /** Why others were thrown away. */
  rejections: string[];
};

/** Of the machine, over a whole round. */
const FOREIGN_LIMIT = 0.05;

/** Interleaved rounds; those on an unsteady machine are repeated, a bounded number of times. */
export async function measureClusterThroughput(
  rows: readonly Row[],
  cluster: ProductCluster,
  plan: ClusterPlan,
): Promise<ClusterThroughput> {
  const all: Round[] = [];
  const floor = rows[0]?.title ?? "";
  while (all.length < plan.rounds + plan.repeats) {
    console.log(`  round ${all.length + 1}`);
    all.push(await runRound(rotated(rows, all.length), cluster, plan));
    if (all.length >= plan.rounds && judge(all, floor).steady >= plan.rounds) break;
  }
  return judge(all, floor);
}

export function judge(all: readonly Round[], floor: string): ClusterThroughput {
  const { kept, rejected } = splitRounds(all, floor);
  const quiet = kept.filter((round) => foreignShare(round) <= FOREIGN_LIMIT);
  const rejections = all.flatMap((round, index) => {
    const percent = Math.round(100 * foreignShare(round));
    if (rejected.includes(round)) return [`round ${index + 1}: its S0 is more than 25 % off the median S0`];
    return quiet.includes(round)
      ? []
      : [`round ${index + 1}: ${percent} % of the machine was used by others`];
  });
  return { rounds: quiet.length > 0 ? quiet : [...all], steady: quiet.length, rejections };
}

function foreignShare(round: Round): number {
  const results = [...round.values()];
  const foreign = results.reduce((sum, { cpuSeconds }) => sum + cpuSeconds.foreign, 0);
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  return foreign / (seconds * availableParallelism());
}

/** Each round starts with another row, so that none always follows the same one. */
function rotated(rows: readonly Row[], by: number): Row[] {
  const first = by % rows.length;
  return [...rows.slice(first), ...rows.slice(0, first)];
}

async function runRound(rows: readonly Row[], cluster: ProductCluster, plan: ClusterPlan): Promise<Round> {
  const round = new Map<string, LoadResult>();
  for (const { title, lane, size, load } of rows) {
    if (size) {
      await cluster.resize(size);
      await lane.settled();
    }
    const result = await lane.closedLoop(plan.warmMs, plan.measureMs, load);
    console.log(`  ${title}: ${summaryOf(result)}`);
    round.set(title, result);
  }
  return round;
}

function summaryOf(result: LoadResult): string {
  const { server } = cpuPer100k(result);
  const { deferredCpu = 0 } = result;
  const foreign = (100 * result.cpuSeconds.foreign) / result.seconds;
  const cpu = `CPU per 100k ${server.toFixed(2)} s + ${deferredCpu.toFixed(2)} s afterwards`;
  return `${Math.round(messagesPerSecond(result))} messages/s, ${cpu}, foreign ${foreign.toFixed(0)} % of a core`;
}
