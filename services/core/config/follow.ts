import type { ConfigCommands } from "../../../actors/config/contract.ts";
import { DomainError, ERRORS, type ErrorValue } from "../../../actors/contracts/errors.ts";
import type { Consumer, Log } from "../../../actors/runtime/ports.ts";
import type { ActorAsks } from "../../../mixins/actor-asks.ts";
import type { Caller } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { commandsOf } from "./words.ts";

/** The bus tries again by itself, and a node that stops waits for this. */
const DEADLINE_MS = 5000;

type FollowOptions = {
  readonly asks: Pick<ActorAsks<ConfigCommands>, "askAll">;
  readonly caller: Caller;
  readonly counters: Counters;
  readonly log: Log;
};

/**
 * Tells config actors what twins and presence have committed. A delivery is done when all of them have committed it;
 * what passes (no owner now, the store away) rejects, and the whole of it comes again. Copies change nothing.
 */
export function follow({ asks, caller, counters, log }: FollowOptions): Consumer["handle"] {
  const reject = (gatewayId: string, error: ErrorValue) => {
    counters.count("gateway_twin.config.rejected.total", { error: error.type });
    log.error("a config actor rejected what its gateway's twin or presence told", {
      "gateway.id": gatewayId,
      error: DomainError.from(error),
    });
  };
  return async ({ rows }) => {
    const words = commandsOf(rows);
    if (words.length === 0) return;
    const outcomes = await asks.askAll(caller, words, DEADLINE_MS);
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ error: outcome.error, gatewayId: words[index]?.gatewayId ?? "" }],
    );
    const passing = failures.find(({ error }) => ERRORS[error.type].retryable);
    if (passing) throw DomainError.from(passing.error);
    for (const { gatewayId, error } of failures) reject(gatewayId, error);
  };
}
