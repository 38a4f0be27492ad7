import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, Service } from "moleculer";
import { DomainError } from "../../actors/contracts/errors.ts";
import { logTo } from "../../mixins/logs/log-to.ts";
import { traceOf } from "../../mixins/traces/traceparent.ts";
import { type Answer, send } from "./answer.ts";
import { ClientGone } from "./body.ts";
import { errorAnswer } from "./error-answer.ts";
import { domainErrorOf } from "./errors.ts";
import { newRequestId } from "./headers.ts";

/** A request as moleculer-web hands it to an alias. */
export type WebRequest = IncomingMessage & {
  readonly $ctx: Context;
  readonly $service: {
    readonly logger: Service["logger"];
    resolveAlias(path: string, method: string): false | { readonly alias: { readonly path: string } };
  };
  readonly $params: { readonly params?: Readonly<Record<string, string>> };
  readonly originalUrl?: string;
  /** The path without the query and a slash at its end. */
  readonly parsedUrl: string;
};

/** Sends what is served, or the error instead of it. Never rejects. */
export function finish(
  request: WebRequest,
  response: ServerResponse,
  timeoutMs: number,
  serve: () => Promise<Answer>,
): Promise<void> {
  return attempt(request, response, timeoutMs, async () => {
    const answer = await serve();
    tellTrace(request, response);
    send(response, answer);
  });
}

/** Sends the error when `serve`, which answers by itself, fails before it has begun to. Never rejects. */
export async function attempt(
  request: WebRequest,
  response: ServerResponse,
  timeoutMs: number,
  serve: () => Promise<void>,
): Promise<void> {
  const requestId = requestIdOf(request);
  response.setHeader("X-Request-Id", requestId);
  try {
    await serve();
  } catch (error) {
    if (error instanceof ClientGone) return;
    const known = domainErrorOf(error, timeoutMs) ?? new DomainError("INTERNAL");
    log(request, requestId, known, error);
    tellTrace(request, response);
    send(response, errorAnswer(known, requestId, request.method));
  }
}

/** Under which the caller finds the request, when it was traced here. */
function tellTrace({ $ctx }: WebRequest, response: ServerResponse): void {
  const trace = $ctx && traceOf($ctx);
  if (trace && !response.headersSent) response.setHeader("traceparent", trace);
}

/** Set by the service for the root context; missing where a request failed before it. */
export function requestIdOf({ $ctx, headers }: WebRequest): string {
  return $ctx?.requestID ?? newRequestId(headers["x-request-id"]);
}

/** What is not foreseen is an error of ours; overload and outages are warnings; the rest is the caller's. */
function log(request: WebRequest, requestId: string, { type, code }: DomainError, error: unknown): void {
  const { $service, method = "", parsedUrl } = request;
  const fields = {
    "http.request.id": requestId,
    "http.request.method": method,
    "url.path": parsedUrl,
    "error.code": type,
  };
  const to = logTo($service.logger);
  if (type === "INTERNAL") to.error("a request failed", { ...fields, error });
  else if (code >= 500) to.warn("a request could not be served", fields);
}
