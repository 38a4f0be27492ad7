import { setTimeout as delay } from "node:timers/promises";
import type { LoadGateway } from "../gateway.ts";
import type { Lab } from "../lab.ts";
import type { Fault } from "./fault.ts";

const RANDOM_MS = 500;
const STORED_MS = 20_000;

/** T1: kill -9 of the node that owns the most twins, at a random moment. */
export const killOwner: Fault = async ({ run: { lab, fleet }, random }) => {
  const victim = await lab.busiestCore();
  const ids = await lab.ownedBy(victim, fleet.ids);
  await delay(random() * RANDOM_MS);
  const since = performance.now();
  lab.node(victim).signal("SIGKILL");
  const gaps = await fleet.gapsSince(since, ids);
  await lab.node(victim).end("SIGKILL");
  lab.restart(victim);
  await lab.untilMembers([victim]);
  return gaps;
};

/**
 * T2: kill -9 of an edge: a front with its connections, and half of the bridge's slots with messages in flight. The
 * gap is that of the gateways at the broker, who send nothing again: until all that the broker had is stored.
 */
export const killEdge: Fault = async ({ run: { lab, fleet }, random }) => {
  const victim = lab.edges[Math.floor(random() * lab.edges.length)] ?? "";
  await delay(random() * RANDOM_MS);
  const atBroker = fleet.of("broker");
  for (const gateway of atBroker) gateway.pause();
  const since = performance.now();
  await lab.node(victim).end("SIGKILL");
  const gaps = await Promise.all(atBroker.map((gateway) => untilStored(lab, gateway, since)));
  for (const gateway of atBroker) gateway.resume();
  lab.restart(victim);
  await fleet.gapsSince(since, fleet.ids);
  await lab.untilMembers([victim]);
  return gaps;
};

async function untilStored(lab: Lab, { id, sent }: LoadGateway, since: number): Promise<number> {
  while (performance.now() - since < STORED_MS) {
    const call = { method: "GET", path: `/v1/gateways/${id}/twin` };
    const twin = await lab.rest.json<{ reported: { state: { seq: number } } }>(call).catch(() => undefined);
    if ((twin?.reported.state.seq ?? 0) >= sent) return performance.now() - since;
    await delay(20);
  }
  throw new Error(`of what ${id} had given to the broker something was not stored in ${STORED_MS} ms`);
}
