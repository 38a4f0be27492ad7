import { setTimeout as delay } from "node:timers/promises";
import { forEachBounded } from "./concurrency.ts";
import type { Fleet } from "./fleet.ts";
import type { Member } from "./member.ts";
import { patiently, type RestClient } from "./rest-client.ts";
import { judge, unreadable, type Verdict } from "./verdict.ts";

const POLL_MS = 100;
const JUDGE_AGAIN_MS = 500;
const READS_AT_ONCE = 32;
/** The API's default limit is 600 reads a minute: a fleet takes this much longer to compare. */
const READ_PACE_MS = 100;

/** Polls until `done` or the deadline; false when it came first. */
export async function waitUntil(
  done: () => boolean,
  deadline: number,
  signal: AbortSignal,
): Promise<boolean> {
  while (!done()) {
    if (Date.now() >= deadline) return false;
    await delay(POLL_MS, undefined, { signal });
  }
  return true;
}

/**
 * Waits for the fleet, then judges it. Who has not converged is judged again until the time is up, because a wish
 * may still be on its way to a gateway that knows of none.
 */
export async function settleAndJudge(
  fleet: Fleet,
  rest: RestClient,
  settleMs: number,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const deadline = Date.now() + settleMs;
  await waitUntil(() => fleet.unsettled().length === 0, deadline, signal);
  const verdicts = new Map<Member, Verdict>();
  let open: readonly Member[] = fleet.members;
  for (;;) {
    const readDeadline = Math.max(deadline, Date.now() + 5000) + open.length * READ_PACE_MS;
    await forEachBounded(open, READS_AT_ONCE, async (member) => {
      signal.throwIfAborted();
      verdicts.set(member, await verdictOn(member, rest, readDeadline));
    });
    open = open.filter((member) => !verdicts.get(member)?.converged);
    if (open.length === 0 || Date.now() >= deadline) return [...verdicts.values()];
    await delay(JUDGE_AGAIN_MS, undefined, { signal });
  }
}

async function verdictOn(member: Member, rest: RestClient, deadline: number): Promise<Verdict> {
  const { gateway, patchedVersion } = member;
  // Taken before the read: what is acknowledged by now must be in the answer.
  const subject = { gatewayId: gateway.id, model: gateway.model, patchedVersion };
  try {
    return judge(subject, await patiently(deadline, () => rest.twin(gateway.id)));
  } catch (error) {
    return unreadable(subject, error instanceof Error ? error.message : String(error));
  }
}
