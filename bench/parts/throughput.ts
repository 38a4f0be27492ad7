import type { LoadResult } from "../generator/commands.ts";
import type { Lane } from "../lane.ts";
import type { Plan } from "../plan.ts";
import { cpuPer100k, messagesPerSecond, type Round, rotated, splitRounds } from "../rounds.ts";

export type Throughput = { rounds: Round[]; rejected: Round[] };

/** Interleaved rounds; those on an unsteady machine are repeated, a bounded number of times. */
export async function measureThroughput(lanes: readonly Lane[], plan: Plan): Promise<Throughput> {
  const floor = floorOf(lanes);
  const all: Round[] = [];
  while (all.length < plan.rounds + plan.repeats) {
    all.push(await runRound(rotated(lanes, all.length), plan));
    if (all.length >= plan.rounds && splitRounds(all, floor).kept.length >= plan.rounds) break;
  }
  const { kept, rejected } = splitRounds(all, floor);
  return { rounds: kept, rejected };
}

/** The first floor that runs is the yardstick of the machine's state. */
function floorOf(lanes: readonly Lane[]): string {
  const floor = lanes.find(({ variant }) => variant.kind === "raw");
  if (floor === undefined) throw new Error("the raw floor did not start: nothing to compare with");
  return floor.variant.title;
}

async function runRound(lanes: readonly Lane[], plan: Plan): Promise<Round> {
  const round = new Map<string, LoadResult>();
  for (const lane of lanes) {
    const result = await lane.closedLoop(plan.warmMs, plan.measureMs);
    console.log(`  ${lane.variant.title}: ${summaryOf(result)}`);
    round.set(lane.variant.title, result);
  }
  return round;
}

function summaryOf(result: LoadResult): string {
  const { server, generator } = cpuPer100k(result);
  const cpu = `CPU per 100k ${server.toFixed(2)} s, generator ${generator.toFixed(2)} s`;
  return `${Math.round(messagesPerSecond(result))} messages/s, ${cpu}`;
}
