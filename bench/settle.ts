import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds } from "./process-table.ts";

const STEP_MS = 250;

export type Idle = {
  /** Of one core. */
  share: number;
  limitMs: number;
};

/** Work left over from a run (snapshots, say) must not disturb the next one. False when it was still going on. */
export async function settled(pids: () => readonly number[], { share, limitMs }: Idle): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += STEP_MS) {
    const watched = pids();
    const before = cpuSeconds(watched);
    await sleep(STEP_MS);
    if (cpuSeconds(watched) - before < (share * STEP_MS) / 1000) return true;
  }
  return false;
}
