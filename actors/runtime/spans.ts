/**
 * The W3C traceparent of a span that is sampled: whatever the span causes carries it on. What is not sampled carries
 * nothing, so that it costs nothing.
 */
export type Trace = string;

export type Span = {
  /** For what this causes. */
  readonly trace: Trace;
  /** Once. `errorType`: it has failed. */
  readonly end: (errorType?: string) => void;
};

/** What traces tell of actors; asked for only where something is sampled. */
export type ActorSpans = {
  /** One message of an actor, from its decision to its answer. */
  readonly turn: (trace: Trace, what: { readonly type: string; readonly command: string }) => Span;
  /** The statement that commits a change, and how much else with it. */
  readonly commit: (
    trace: Trace,
    what: { readonly type: string; readonly rows: number; readonly changes: number },
  ) => Span;
};

/** Where nothing is told of traces they are carried on all the same. */
export const NO_SPANS: ActorSpans = { turn: carriedOn, commit: carriedOn };

function carriedOn(trace: Trace): Span {
  return { trace, end: () => undefined };
}
