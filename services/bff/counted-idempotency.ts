import type { Counters } from "../../mixins/counters.ts";
import type { Idempotency } from "./idempotency.ts";

/** Counts calls with an Idempotency-Key: `performed`, `repeated` (they got another one's answer) or `refused`. */
export function countedIdempotency(inner: Idempotency, counters?: Pick<Counters, "count">): Idempotency {
  return {
    async once(principal, key, fingerprint, perform) {
      let isPerformed = false;
      const count = (result: string) => counters?.count("gateway_twin.rest.idempotency.total", { result });
      try {
        const answer = await inner.once(principal, key, fingerprint, () => {
          isPerformed = true;
          return perform();
        });
        count(isPerformed ? "performed" : "repeated");
        return answer;
      } catch (error) {
        count(isPerformed ? "performed" : "refused");
        throw error;
      }
    },
  };
}
