import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./fault.ts";

const RANDOM_MS = 500;
/** Three times the time of a session. */
const STOPPED_MS = 9000;
const BLOCKED_MS = 5000;

/** T4: an owner is stopped for three times its session, and then goes on as if nothing had happened. */
export const stopOwner: Fault = async ({ run: { lab, fleet }, random }) => {
  const victim = await lab.busiestCore();
  const ids = await lab.ownedBy(victim, fleet.ids);
  await delay(random() * RANDOM_MS);
  const since = performance.now();
  lab.node(victim).signal("SIGSTOP");
  const gaps = await fleet.gapsSince(since, ids);
  await delay(Math.max(0, since + STOPPED_MS - performance.now()));
  const wokenAt = performance.now();
  lab.node(victim).signal("SIGCONT");
  await fleet.gapsSince(wokenAt, fleet.ids);
  await lab.untilMembers([victim]);
  return gaps;
};

/** T9: an owner's event loop is blocked for 5 s. Needs the preload module `block-loop`. */
export const blockOwner: Fault = async ({ run: { lab, fleet }, random }) => {
  const victim = await lab.busiestCore();
  const ids = await lab.ownedBy(victim, fleet.ids);
  await delay(random() * RANDOM_MS);
  const since = performance.now();
  lab.node(victim).signal("SIGUSR2");
  const gaps = await fleet.gapsSince(since, ids);
  await delay(Math.max(0, since + BLOCKED_MS - performance.now()));
  await fleet.gapsSince(performance.now(), fleet.ids);
  await lab.untilMembers([victim]);
  return gaps;
};
