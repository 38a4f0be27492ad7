import type { Fault } from "./faults/fault.ts";
import { killEdge, killOwner } from "./faults/kills.ts";
import { restartMariadb, restartNats, restartRedis } from "./faults/outages.ts";
import { NETWORK_FAULTS, partition } from "./faults/partitions.ts";
import { poison } from "./faults/poison.ts";
import { joinAndLeave, restartAll } from "./faults/restarts.ts";
import { blockOwner, stopOwner } from "./faults/stalls.ts";
import { Lab, type LabSize } from "./lab.ts";
import { startVictimNetwork } from "./network.ts";
import { ChaosRun, type RunVerdict } from "./run.ts";
import { startChaosServers, stopChaosServers, urlsOf } from "./servers.ts";

const KILL_GOAL = { p50: 1000, p99: 2000 };
const HAND_OFF_GOAL = { p50: 200, p99: 200 };
const FRONT_GATEWAYS = 20;
const BROKER_GATEWAYS = 8;

type Scenario = {
  readonly name: string;
  readonly rounds: number;
  readonly fault: Fault;
  /** Calls may fail; else all must succeed, too. */
  readonly mayFail: boolean;
  readonly goal?: Goal;
};

/** How long gaps may be, in milliseconds. */
export type Goal = { readonly p50: number; readonly p99: number };

/** One line of the table. */
export type Row = {
  readonly name: string;
  readonly rounds: number;
  readonly gaps: readonly number[];
  readonly verdict: RunVerdict;
  readonly mayFail: boolean;
  readonly goal: Goal | undefined;
  /** What ended it early. */
  readonly error: string | undefined;
};

export const SCENARIOS: readonly Scenario[] = [
  { name: "T1 kill -9 of an owner", rounds: 6, fault: killOwner, mayFail: false, goal: KILL_GOAL },
  { name: "T2 kill -9 of a front and bridge slots", rounds: 4, fault: killEdge, mayFail: true },
  { name: "T3 NATS killed, back after 1 s", rounds: 3, fault: restartNats, mayFail: true },
  { name: "T3 MariaDB killed, back after 1 s", rounds: 3, fault: restartMariadb, mayFail: true },
  { name: "T3 Redis killed, back after 1 s", rounds: 2, fault: restartRedis, mayFail: false },
  { name: "T4 SIGSTOP of an owner for 9 s", rounds: 3, fault: stopOwner, mayFail: false },
  {
    name: "T7 rolling restart of all nodes",
    rounds: 1,
    fault: restartAll,
    mayFail: false,
    goal: HAND_OFF_GOAL,
  },
  { name: "T8 three nodes join and leave", rounds: 2, fault: joinAndLeave, mayFail: false },
  { name: "T9 event loop blocked for 5 s", rounds: 3, fault: blockOwner, mayFail: false },
  { name: "T11 poison message", rounds: 3, fault: poison, mayFail: false },
];

const NOTHING: RunVerdict = { lost: [], doubled: [], broken: [], failed: [], calls: 0, updates: 0 };

/** Runs a scenario in a cluster of its own: two edges, three cores. */
export async function runScenario(
  { name, rounds, fault, mayFail, goal }: Scenario,
  random: () => number,
): Promise<Row> {
  const servers = await startChaosServers();
  const lab = new Lab(urlsOf(servers));
  const size = { edges: 2, cores: 3, extras: { preload: ["block-loop", "poison"] } };
  try {
    const round = (run: ChaosRun) => fault({ run, servers, random });
    return { name, rounds, mayFail, goal, ...(await runRounds(lab, size, Array(rounds).fill(round))) };
  } finally {
    await stopChaosServers(servers);
  }
}

/** T5: all of the network's faults, one after the other, in one cluster. */
export async function runNetworkScenarios(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const fault of NETWORK_FAULTS) {
    const network = await startVictimNetwork();
    const lab = new Lab(urlsOf(network.servers));
    const { spawn } = network;
    try {
      const size = { edges: 1, cores: 2, victim: { spawn, variables: network.variablesFor(lab) } };
      const result = await runRounds(lab, size, [(run) => partition(run, network, fault)]);
      rows.push({ name: `T5 ${fault.name}`, rounds: 1, mayFail: true, goal: undefined, ...result });
    } finally {
      await network.remove();
      await stopChaosServers(network.servers);
    }
  }
  return rows;
}

async function runRounds(
  lab: Lab,
  size: LabSize,
  rounds: readonly ((run: ChaosRun) => Promise<number[]>)[],
): Promise<Pick<Row, "gaps" | "verdict" | "error">> {
  const gaps: number[] = [];
  let [run, verdict]: [ChaosRun | undefined, RunVerdict] = [undefined, NOTHING];
  try {
    await lab.start(size);
    run = await ChaosRun.start(lab, { front: FRONT_GATEWAYS, broker: BROKER_GATEWAYS });
    for (const round of rounds) {
      gaps.push(...(await round(run)));
      await lab.untilShared();
    }
    verdict = await run.finish();
    return { gaps, verdict, error: undefined };
  } catch (error) {
    return { gaps, verdict, error: String(error) };
  } finally {
    await run?.stop();
    await lab.stop();
  }
}
