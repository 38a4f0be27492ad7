import type { LatencyResult } from "../generator/commands.ts";
import type { Plan } from "../plan.ts";
import { messagesPerSecond, rotated, splitRounds } from "../rounds.ts";
import { RestStage } from "./rest-stage.ts";
import { BARE_READ, ROWS } from "./rows.ts";

type RestRound = ReadonlyMap<string, LatencyResult>;
export type RestResult = { rounds: RestRound[]; rejected: RestRound[]; documentBytes: number };

/** Interleaved rounds of a bare route and the product; those on an unsteady machine are repeated, a bounded number of times. */
export async function measureRest(plan: Plan): Promise<RestResult> {
  console.log("rest");
  const stage = await RestStage.open();
  try {
    const all: RestRound[] = [];
    while (all.length < plan.rounds + plan.repeats) {
      all.push(await runRound(stage, all.length, plan));
      if (splitRounds(all, BARE_READ.title).kept.length >= plan.rounds) break;
    }
    const { kept, rejected } = splitRounds(all, BARE_READ.title);
    return { rounds: kept, rejected, documentBytes: stage.documentBytes };
  } finally {
    await stage.close();
  }
}

async function runRound(stage: RestStage, number: number, plan: Plan): Promise<RestRound> {
  const round = new Map<string, LatencyResult>();
  for (const row of rotated(ROWS, number)) {
    const result = await stage.run(row, plan.warmMs, plan.measureMs);
    const { p50Ms, p99Ms } = result;
    console.log(
      `  ${row.title}: ${messagesPerSecond(result).toFixed(0)}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms`,
    );
    round.set(row.title, result);
  }
  return round;
}
