import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../helpers/random.ts";
import type { Fault } from "./cluster/faults/fault.ts";
import { killEdge, killOwner } from "./cluster/faults/kills.ts";
import { restartNats } from "./cluster/faults/outages.ts";
import { restartAll } from "./cluster/faults/restarts.ts";
import { stopOwner } from "./cluster/faults/stalls.ts";
import { Lab } from "./cluster/lab.ts";
import { ChaosRun } from "./cluster/run.ts";
import { type ChaosServers, startChaosServers, stopChaosServers, urlsOf } from "./cluster/servers.ts";

/** The short form of `npm run chaos`: one cluster, a fault after the other, and one judgement at the end. */
const random = seededRandom(20_261_121);

let servers: ChaosServers;
let lab: Lab;
let run: ChaosRun;

beforeAll(async () => {
  servers = await startChaosServers();
  lab = new Lab(urlsOf(servers));
  await lab.start({ edges: 2, cores: 2 });
  run = await ChaosRun.start(lab, { front: 12, broker: 4 });
}, 90_000);

afterAll(async () => {
  await run?.stop();
  await lab?.stop();
  await stopChaosServers(servers);
}, 30_000);

/** Calls that failed during the fault. */
async function failedDuring(fault: Fault): Promise<string[]> {
  const before = run.callers.failed.length;
  const gaps = await fault({ run, servers, random });
  expect(gaps.length).toBeGreaterThan(0);
  return run.callers.failed.slice(before);
}

describe("a cluster under load", { timeout: 90_000 }, () => {
  it("serves on after a kill -9 of an owner, and no call fails", async () => {
    expect(await failedDuring(killOwner)).toEqual([]);
  });

  it("serves on while an owner is stopped for three sessions, and after it goes on", async () => {
    expect(await failedDuring(stopOwner)).toEqual([]);
  });

  it("delivers all that the broker had when a bridge with messages in flight is killed", async () => {
    await failedDuring(killEdge);
  });

  it("goes on when NATS is back after a kill -9", async () => {
    await failedDuring(restartNats);
  });

  it("fails no call while all nodes are restarted in turn", async () => {
    expect(await failedDuring(restartAll)).toEqual([]);
  });

  it("has lost nothing, done nothing twice, and kept one order through all of it", async () => {
    const { lost, doubled, broken } = await run.finish();
    expect({ lost, doubled, broken }).toEqual({ lost: [], doubled: [], broken: [] });
  });
});
