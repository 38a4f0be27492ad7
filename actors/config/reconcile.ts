import { isDeepStrictEqual } from "node:util";
import type { Context, Decision, Downlink } from "../runtime/actor.ts";
import { type BackoffSettings, waitMs } from "./backoff.ts";
import type { ConfigEvent } from "./contract.ts";
import { nextSteps, type Step, type Steps } from "./planner.ts";
import { type ConfigState, isReachable, phaseOf } from "./state.ts";

export type ConfigRules = BackoffSettings & {
  /** Deliveries without an answer, after that of the twin itself. */
  readonly maxAttempts: number;
};

/** The name of the timer for the next attempt. */
export const ATTEMPT = "attempt";

type Progress = { readonly state: ConfigState; readonly downlinks: readonly Downlink[] };

/** A step without one does not compile. */
type Executors = {
  readonly [Name in keyof Steps]: (progress: Progress, step: Steps[Name], context: Context) => Progress;
};

const executors: Executors = {
  sendDelta: (progress, _, context) => sent(progress, "delta", context),
  sendFull: ({ state, downlinks }, _, context) =>
    sent({ state: { ...state, wantsFull: false }, downlinks }, "desired", context),
  wait: ({ state, downlinks }, { until }) => ({ state: { ...state, nextAttemptTime: until }, downlinks }),
  giveUp: ({ state, downlinks }, { reason }, { now }) => ({
    state: { ...state, failure: { reason, time: now } },
    downlinks,
  }),
};

/** What follows from a change of the state: steps, the timer of the next one, and the events that tell of all of it. */
export function reconcile(
  before: ConfigState,
  changed: ConfigState,
  rules: ConfigRules,
  context: Context,
): Decision<ConfigEvent, null> {
  const { state: after, downlinks } = carryOut(changed, rules, context);
  const at = after.nextAttemptTime;
  return {
    events: [...changesOf(before, after), ...failureOf(before, after)],
    reply: null,
    downlinks,
    timers: at === before.nextAttemptTime ? [] : [{ name: ATTEMPT, at }],
  };
}

/** When the next attempt is due if the gateway was told at `now`, and of everything before it nothing counts. */
export function firstAttemptTime(rules: ConfigRules, { actorId, now }: Context): number {
  return now + waitMs(actorId, 0, rules);
}

function carryOut(changed: ConfigState, rules: ConfigRules, context: Context): Progress {
  const situation = {
    sync: changed.twin?.sync.state ?? "synced",
    isReachable: isReachable(changed),
    attempts: changed.attempts,
    dueTime: changed.nextAttemptTime,
    wantsFull: changed.wantsFull,
    hasFailed: changed.failure !== null,
  };
  const settings = {
    maxAttempts: rules.maxAttempts,
    waitMs: (attempts: number) => waitMs(context.actorId, attempts, rules),
  };
  const start: Progress = { state: { ...changed, nextAttemptTime: null }, downlinks: [] };
  const steps = nextSteps(situation, context.now, settings);
  return steps.reduce((progress, step) => execute(progress, step, context), start);
}

function execute<Name extends Step["name"]>(
  progress: Progress,
  step: { readonly name: Name } & Steps[Name],
  context: Context,
): Progress {
  return executors[step.name](progress, step, context);
}

function sent({ state, downlinks }: Progress, topic: "delta" | "desired", { actorId }: Context): Progress {
  return {
    state: { ...state, attempts: state.attempts + 1 },
    downlinks: [...downlinks, { gatewayId: actorId, topic, payload: {} }],
  };
}

/** No event when nothing is other than before. */
export function changesOf(before: ConfigState, after: ConfigState): ConfigEvent[] {
  const entries = Object.entries(after).filter(
    ([name, value]) => !isDeepStrictEqual(value, before[name as keyof ConfigState]),
  );
  if (entries.length === 0) return [];
  const phases = [phaseOf(before), phaseOf(after)] as const;
  const isOther = phases[0] !== phases[1];
  return [{ type: "config.changed", set: Object.fromEntries(entries), ...(isOther && { phases }) }];
}

function failureOf(before: ConfigState, { failure, twin, attempts }: ConfigState): ConfigEvent[] {
  if (!failure || failure === before.failure) return [];
  const { desiredVersion = 0, sync } = twin ?? {};
  const refused = sync?.refused;
  return [
    {
      type: "config.failed",
      severity: "WARNING",
      reason: failure.reason,
      desiredVersion,
      attempts,
      ...(refused && { refused }),
    },
  ];
}
