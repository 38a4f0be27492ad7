import type { CameraCommand, CameraCommands } from "../../../actors/camera/contract.ts";
import { DomainError, ERRORS, type ErrorValue } from "../../../actors/contracts/errors.ts";
import type { Ask } from "../../../actors/runtime/ask.ts";
import type { Consumer, Log } from "../../../actors/runtime/ports.ts";
import type { ActorAsks } from "../../../mixins/actor-asks.ts";
import type { Caller } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { commandsOf } from "./words.ts";

/** The bus tries again by itself, and a node that stops waits for this. */
const DEADLINE_MS = 5000;

type FollowOptions = {
  readonly asks: Pick<ActorAsks<CameraCommands>, "askAll">;
  readonly caller: Caller;
  readonly counters: Counters;
  readonly log: Log;
};

/**
 * Tells camera actors what their gateways' twins and presence have committed. A delivery is done when all of them have
 * committed it; what passes (no owner now, the store away) rejects, and the whole of it comes again.
 */
export function follow(options: FollowOptions): Consumer["handle"] {
  const { asks, caller } = options;
  const tell = async (words: readonly Ask<CameraCommand>[]) => {
    const outcomes = await asks.askAll(caller, words, DEADLINE_MS);
    return outcomes.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ error: outcome.error, gatewayId: words[index]?.gatewayId ?? "" }],
    );
  };
  return async ({ rows }) => {
    const words = commandsOf(rows);
    if (words.length === 0) return;
    const failures = await tell(words);
    const passing = failures.find(({ error }) => ERRORS[error.type].retryable);
    if (passing) throw DomainError.from(passing.error);
    for (const { gatewayId, error } of failures) reject(options, gatewayId, error);
  };
}

function reject({ counters, log }: FollowOptions, gatewayId: string, error: ErrorValue): void {
  counters.count("gateway_twin.cameras.rejected.total", { error: error.type });
  log.error("a camera actor rejected what its gateway's twin or presence told", {
    "gateway.id": gatewayId,
    error: DomainError.from(error),
  });
}
