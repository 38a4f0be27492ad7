import { waitFor } from "../../../helpers/wait-for.ts";
import type { Fault } from "./fault.ts";

const RANDOM_MS = 500;

/**
 * T11: a message that makes the actor's code throw, in between the others of its gateway. Needs the preload module
 * `poison`. The gap is that of the gateways whose twins have the same owner.
 */
export const poison: Fault = async ({ run: { lab, fleet, rows }, random }) => {
  const gateways = fleet.of("front");
  const gateway = gateways[Math.floor(random() * gateways.length)];
  const owner = await lab.busiestCore();
  const ids = await lab.ownedBy(owner, fleet.ids);
  const mark = `${random() * RANDOM_MS}`;
  const since = performance.now();
  await gateway?.publish({ poison: mark });
  const gaps = await fleet.gapsSince(since, ids);
  const found = () =>
    JSON.stringify(rows.rows.filter((row) => row.changes.some((change) => change.deadLetter)));
  await waitFor("the dead letter to be on the bus", async () => {
    await rows.read();
    return found().split(mark).length === 2;
  });
  return gaps;
};
