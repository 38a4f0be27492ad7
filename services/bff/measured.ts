import { WATCHES } from "../../actors/contracts/contract.ts";
import type { Metrics } from "../../mixins/counters.ts";
import { SECONDS } from "../../mixins/metrics/distribution.ts";
import type { CallGuards } from "./request-handler.ts";

/** The guards, and a count of all calls of known actions. */
export function measured(guards: CallGuards, { count, observe }: Metrics): CallGuards {
  return {
    admit: guards.admit,
    record(told, ended) {
      guards.record(told, ended);
      const route = told.permission;
      const { method: verb } = told.exchange.request;
      const method = verb === "GET" || verb === "HEAD" ? "read" : "write";
      const status = `${Math.floor(ended.status / 100)}xx`;
      count("gateway_twin.rest.requests.total", { route, method, status });
      // A watch lasts as long as its client likes.
      if (Object.hasOwn(WATCHES, route)) return;
      observe("gateway_twin.rest.request.duration.seconds", ended.ms / 1000, { route, method }, SECONDS);
    },
  };
}
