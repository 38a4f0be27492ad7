import type { FailureReason, Sync } from "./contract.ts";

/** What is, when it is asked what is to be done. */
export type Situation = {
  /** Of what the twin said last. */
  readonly sync: Sync["state"];
  readonly isReachable: boolean;
  /** Deliveries since the last change, resync or connect. */
  readonly attempts: number;
  /** When the next is due (epoch milliseconds); null: at once. */
  readonly dueTime: number | null;
  /** The whole document is to be sent, even when nothing is missing. */
  readonly wantsFull: boolean;
  readonly hasFailed: boolean;
};

/** Each step's arguments, by its name. */
export type Steps = {
  sendDelta: object;
  sendFull: object;
  /** `until` in epoch milliseconds; null: until something happens. */
  wait: { readonly until: number | null };
  giveUp: { readonly reason: FailureReason };
};
export type Step = { [Name in keyof Steps]: { readonly name: Name } & Steps[Name] }[keyof Steps];

type PlannerSettings = {
  readonly maxAttempts: number;
  /** How long to wait for an answer after so many deliveries; milliseconds. */
  readonly waitMs: (attempts: number) => number;
};

const UNTIL_SOMETHING_HAPPENS: readonly Step[] = [{ name: "wait", until: null }];

/** What brings reported closer to desired now. No steps: there is nothing to do, it has converged. */
export function nextSteps(situation: Situation, now: number, settings: PlannerSettings): readonly Step[] {
  const { sync, isReachable, attempts, dueTime, wantsFull, hasFailed } = situation;
  if (sync === "synced" && !wantsFull) return [];
  if (hasFailed) return UNTIL_SOMETHING_HAPPENS;
  // Who refused everything is not asked again, but waited for when it was just asked anew.
  if (sync === "refused" && !wantsFull && attempts === 0) return [{ name: "giveUp", reason: "REFUSED" }];
  if (!isReachable) return UNTIL_SOMETHING_HAPPENS;
  if (dueTime !== null && dueTime > now) return [{ name: "wait", until: dueTime }];
  if (wantsFull) return [{ name: "sendFull" }, ...waitFor(sync, attempts + 1, now, settings)];
  if (sync === "refused") return [{ name: "giveUp", reason: "REFUSED" }];
  if (attempts >= settings.maxAttempts) return [{ name: "giveUp", reason: "NO_RESPONSE" }];
  return [{ name: "sendDelta" }, ...waitFor(sync, attempts + 1, now, settings)];
}

/** The gateway has nothing to report of a document that it has already. */
function waitFor(sync: Sync["state"], attempts: number, now: number, settings: PlannerSettings): Step[] {
  return sync === "synced" ? [] : [{ name: "wait", until: now + settings.waitMs(attempts) }];
}
