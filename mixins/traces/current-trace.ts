import { AsyncLocalStorage } from "node:async_hooks";
import type { Trace } from "../../actors/runtime/spans.ts";
import { parseTraceparent } from "./traceparent.ts";

const storage = new AsyncLocalStorage<Trace>();

/** Does the work, and all that follows from it, as part of the trace. Only for what is sampled. */
export function withTrace<Result>(trace: Trace, work: () => Result): Result {
  return storage.run(trace, work);
}

/**
 * For log lines: the ids of the sampled request that is being served, as Elastic Common Schema names them; undefined
 * nearly always. Work that is done for many requests together (commits, batches) may carry those of the one that
 * began it: spans must not take their parents from here.
 */
export function currentTrace(): { readonly "trace.id": string; readonly "span.id": string } | undefined {
  const trace = storage.getStore();
  if (trace === undefined) return undefined;
  const context = parseTraceparent(trace);
  return context && { "trace.id": context.traceId, "span.id": context.spanId };
}
