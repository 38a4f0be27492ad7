import { setTimeout as delay } from "node:timers/promises";
import type { ChaosRun } from "../run.ts";
import type { Fault } from "./fault.ts";

const STAY_MS = 3000;
const NEWCOMERS = ["core-4", "core-5", "core-6"];

/** T7: every node in turn is told to stop and started again. The gap is that of each core's own gateways. */
export const restartAll: Fault = async ({ run }) => {
  const gaps: number[] = [];
  for (const id of [...run.lab.cores, ...run.lab.edges]) gaps.push(...(await restartOne(run, id)));
  return gaps;
};

async function restartOne({ lab, fleet }: ChaosRun, id: string): Promise<number[]> {
  const ids = await lab.ownedBy(
    id,
    fleet.of("front").map((gateway) => gateway.id),
  );
  const since = performance.now();
  const code = await lab.node(id).end("SIGTERM");
  if (code !== 0) throw new Error(`${id} ended with exit code ${code}: ${lab.node(id).written}`);
  await fleet.gapsSince(performance.now(), fleet.ids);
  const gaps = fleet.silencesSince(since, ids);
  lab.restart(id);
  await lab.untilMembers([id]);
  return gaps;
}

/** T8: three nodes come, get their share or a part of it, and go again. */
export const joinAndLeave: Fault = async ({ run: { lab, fleet }, random }) => {
  const since = performance.now();
  for (const id of NEWCOMERS) await lab.addCore(id);
  await lab.untilMembers(NEWCOMERS);
  await delay(STAY_MS + random() * STAY_MS);
  const codes = await Promise.all(NEWCOMERS.map((id) => lab.remove(id)));
  if (codes.some((code) => code !== 0))
    throw new Error(`newcomers ended with exit codes ${codes.join(", ")}`);
  await fleet.gapsSince(performance.now(), fleet.ids);
  return fleet.silencesSince(
    since,
    fleet.of("front").map(({ id }) => id),
  );
};
