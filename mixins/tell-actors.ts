import { DomainError, ERRORS } from "../actors/contracts/errors.ts";
import type { Ask } from "../actors/runtime/ask.ts";
import type { CommandOf, Commands } from "../actors/runtime/handlers.ts";
import type { Consumer, DeliveredRow, Log } from "../actors/runtime/ports.ts";
import type { ActorAsks } from "./actor-asks.ts";
import type { Caller } from "./bridge.ts";
import type { Counters } from "./counters.ts";

/** The bus tries again by itself, and a node that stops waits for this. */
const DEADLINE_MS = 5000;

type TellOptions<C extends Commands<C>> = {
  readonly asks: Pick<ActorAsks<C>, "askAll">;
  readonly commandsOf: (rows: readonly DeliveredRow[]) => readonly Ask<CommandOf<C>>[];
  readonly caller: Caller;
  readonly counters: Counters;
  /** The metric of what they could not bear. */
  readonly rejections: string;
  readonly log: Log;
};

/**
 * Tells actors what others have committed. A delivery is done when all of them have committed it; what passes (no
 * owner now, the store away) rejects, and the whole of it comes again: copies must change nothing.
 */
export function tellActors<C extends Commands<C>>(options: TellOptions<C>): Consumer["handle"] {
  const { asks, commandsOf, caller, counters, rejections, log } = options;
  return async ({ rows }) => {
    const words = commandsOf(rows);
    if (words.length === 0) return;
    const outcomes = await asks.askAll(caller, words, DEADLINE_MS);
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ error: outcome.error, gatewayId: words[index]?.gatewayId ?? "" }],
    );
    const passing = failures.find(({ error }) => ERRORS[error.type].retryable);
    if (passing) throw DomainError.from(passing.error);
    for (const { gatewayId, error } of failures) {
      counters.count(rejections, { error: error.type });
      log.error("an actor rejected what its gateway's twin or presence told", {
        "gateway.id": gatewayId,
        error: DomainError.from(error),
      });
    }
  };
}
