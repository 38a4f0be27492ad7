import type { Outcome } from "../../actors/runtime/actor.ts";
import type { Metrics } from "../counters.ts";
import { SECONDS } from "./distribution.ts";

/** What asking the actors of one type led to. */
export type AskWatch = {
  /** `reason`: of the last try. */
  readonly retried: (reason: string) => void;
  /** All entries of one request have their outcomes; `failed` of them because nobody answered in time. */
  readonly ended: (outcomes: readonly Outcome<unknown>[], failed: number, ms: number) => void;
};

export function askWatch({ count, distribution }: Metrics, type: string): AskWatch {
  const duration = distribution("gateway_twin.asks.duration.seconds", { type }, SECONDS);
  const add = (result: string, n: number) => {
    if (n > 0) count("gateway_twin.asks.total", { type, result }, n);
  };
  return {
    retried: (reason) => count("gateway_twin.asks.retries.total", { type, reason }),
    ended: (outcomes, failed, ms) => {
      const ok = outcomes.filter((outcome) => outcome.ok).length;
      duration.observe(ms / 1000);
      add("ok", ok);
      add("failed", failed);
      add("refused", outcomes.length - ok - failed);
    },
  };
}
