import type { Trace } from "../../actors/runtime/spans.ts";

/** Ids in lower-case hex. */
type TraceContext = {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
};

/** A later version may have more behind it; what begins like this means the same. */
const PATTERN = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** W3C Trace Context; undefined for what is none. */
export function parseTraceparent(text: unknown): TraceContext | undefined {
  if (typeof text !== "string" || text.length > 512) return undefined;
  const [, version, traceId, spanId, flags = "", rest] = PATTERN.exec(text) ?? [];
  if (!traceId || !spanId || (version === "00" && rest !== undefined)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): Trace {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

type Called = { readonly meta?: object };

/** The trace that a call is part of, when it is sampled. */
export function traceOf({ meta }: Called): Trace | undefined {
  if (!meta || !("traceparent" in meta)) return undefined;
  const context = parseTraceparent(meta.traceparent);
  return context?.isSampled ? formatTraceparent(context) : undefined;
}
