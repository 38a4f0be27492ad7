import { setTimeout as sleep } from "node:timers/promises";
import type { Takeover } from "../servers/takeovers.ts";
import { ApiCallers, type CallCounts } from "./api-callers.ts";
import type { ClusterPlan } from "./plan.ts";
import type { Stage } from "./stage.ts";

/** All gaps are in ms. */
export type Failover = {
  kills: number;
  rate: number;
  /** Per partition: from the kill until the next owner's first commit is seen. */
  gaps: number[];
  /** Per kill: the first and the last of its partitions. */
  first: number[];
  last: number[];
  /** Partitions whose next owner was not seen; they had no messages, or it took too long. */
  unseen: number;
};
export type HandOff = {
  stops: number;
  rate: number;
  /** Per partition: between the last decision of the old owner and the first of the new one. */
  gaps: number[];
  unseen: number;
  calls: CallCounts;
};

const SIZE = { twins: 2, journal: true };
const VICTIM = "twins-2";
const KILL_RATE = 2_000;
const STOP_RATE = 5_000;
/** Other nodes notice, claim and serve within this, or it counts as unseen. */
const STORM_MS = 6_000;
const BEFORE_MS = 1_500;
/** So that a kill meets every phase of commits, renewals and polls. */
const JITTER_MS = 1_000;

/** Kills one of two twin processes with SIGKILL under load, again and again. */
export async function measureFailover(stage: Stage, { kills }: ClusterPlan): Promise<Failover> {
  const result: Failover = { kills, rate: KILL_RATE, gaps: [], first: [], last: [], unseen: 0 };
  for (let turn = 1; turn <= kills; turn++) {
    let killedAt = 0;
    const { takeovers, owned } = await underLoad(stage, KILL_RATE, async () => {
      killedAt = Date.now();
      stage.cluster.kill(VICTIM);
    });
    const gaps = takeovers.map(({ seenAt }) => seenAt - killedAt);
    console.log(
      `  kill ${turn}: ${gaps.length} of ${owned}, ${Math.min(...gaps)} to ${Math.max(...gaps)} ms`,
    );
    result.gaps.push(...gaps);
    if (gaps.length > 0) result.first.push(Math.min(...gaps));
    if (gaps.length > 0) result.last.push(Math.max(...gaps));
    result.unseen += owned - gaps.length;
  }
  return result;
}

/** Ends one of two twin processes with SIGTERM under load and REST calls. */
export async function measureHandOff(stage: Stage, { stops }: ClusterPlan): Promise<HandOff> {
  const callers = await ApiCallers.open(stage.cluster.rest);
  const gaps: number[] = [];
  let unseen = 0;
  for (let turn = 1; turn <= stops; turn++) {
    const { takeovers, owned } = await underLoad(stage, STOP_RATE, async () => {
      const running = callers.run();
      await stage.cluster.remove(VICTIM);
      await running.stop();
    });
    const found = takeovers.map(({ lastBefore, firstAfter }) => firstAfter - lastBefore);
    console.log(`  stop ${turn}: ${found.length} of ${owned}, gap up to ${Math.max(...found)} ms`);
    gaps.push(...found);
    unseen += owned - found.length;
  }
  return { stops, rate: STOP_RATE, gaps, unseen, calls: callers.counts };
}

/** Two processes with equal shares, a fixed rate of messages over all twins, and the fault in the middle of it. */
async function underLoad(
  { cluster, lanes, watch }: Stage,
  rate: number,
  fault: () => Promise<void>,
): Promise<{ takeovers: Takeover[]; owned: number }> {
  await cluster.resize(SIZE);
  await lanes.front.settled();
  const owned = (await cluster.view()).partitions.twin?.owners[VICTIM] ?? 0;
  await watch.peer.call("record", null);
  const storm = lanes.front.storm(rate, STORM_MS);
  await sleep(BEFORE_MS + Math.random() * JITTER_MS);
  await Promise.all([fault(), storm]);
  return { takeovers: await watch.peer.call("takeovers", null), owned };
}
