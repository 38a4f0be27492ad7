import { randomBytes } from "node:crypto";
import type { Span as MoleculerSpan, Tracer } from "moleculer";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { Span, Trace } from "../../actors/runtime/spans.ts";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";
import { type Attributes, httpRequest, type Work } from "./work.ts";

type TracesOptions = {
  readonly tracer: Pick<Tracer, "startSpan">;
  /** Of the requests that bring no decision of their caller's, from 0 to 1. */
  readonly rate: number;
  /** From 0 up to, and without, 1. */
  readonly random: () => number;
};

/** A span that learns something until its end. */
export type OpenSpan = Span & { readonly add: (attributes: Attributes) => void };

/** Starts spans within traces. */
export type Spans = Pick<Traces, "start">;

/** The spans of a node, in Moleculer's tracer. Nothing is made for what is not sampled. */
export class Traces {
  readonly #options: TracesOptions;

  constructor(options: TracesOptions) {
    this.#options = options;
  }

  /** The span of a request, which follows its caller's decision if there is one. Undefined: it is not sampled. */
  request(traceparent: unknown, method: string, route: string): OpenSpan | undefined {
    const { rate, random } = this.#options;
    const parent = parseTraceparent(traceparent);
    const isSampled = parent ? parent.isSampled : random() < rate;
    return isSampled ? this.#open(parent, httpRequest(method, route)) : undefined;
  }

  /** A span of what `trace` has caused. */
  start(trace: Trace, work: Work): OpenSpan {
    return this.#open(parseTraceparent(trace), work);
  }

  #open(parent: { readonly traceId: string; readonly spanId: string } | undefined, work: Work): OpenSpan {
    const traceId = parent?.traceId ?? randomBytes(16).toString("hex");
    const spanId = randomBytes(8).toString("hex");
    const { service, name, kind, attributes } = work;
    const span = this.#options.tracer.startSpan(name, {
      id: spanId,
      traceID: traceId,
      parentID: parent?.spanId ?? null,
      sampled: true,
      service,
      type: kind,
      tags: { ...attributes, "span.kind": kind },
    });
    return opened(span, formatTraceparent({ traceId, spanId, isSampled: true }));
  }
}

/** The span ends with the work. */
export async function ended<Result>(span: Span, work: Promise<Result>): Promise<Result> {
  try {
    const result = await work;
    span.end();
    return result;
  } catch (error) {
    span.end(errorTypeOf(error));
    throw error;
  }
}

/** Out of a small set: that of the table of errors, or the name of the class. */
export function errorTypeOf(error: unknown): string {
  if (error instanceof DomainError) return error.type;
  return error instanceof Error ? error.name : "unknown";
}

function opened(span: MoleculerSpan, trace: Trace): OpenSpan {
  return {
    trace,
    add: (attributes) => void span.addTags({ ...attributes }),
    end(errorType) {
      if (errorType !== undefined) span.addTags({ error: true, "error.type": errorType });
      span.finish();
    },
  };
}
