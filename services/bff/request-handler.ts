import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Context } from "moleculer";
import type { Principal } from "../../actors/contracts/access.ts";
import type { Params } from "../../actors/contracts/contract.ts";
import { call } from "../../mixins/bridge.ts";
import { authenticated, authorize } from "./access.ts";
import { type Answer, resultAnswer } from "./answer.ts";
import type { Binding } from "./binding.ts";
import { parseJson, readBody } from "./body.ts";
import { callAgain } from "./call-again.ts";
import { bindingFor } from "./content-type.ts";
import { errorAnswer } from "./error-answer.ts";
import { domainErrorOf } from "./errors.ts";
import { expectedVersionOf, idempotencyKeyOf, isNoneMatch, traceparentOf } from "./headers.ts";
import { digestOf, type Idempotency } from "./idempotency.ts";
import { type Parts, paramsOf } from "./params.ts";
import type { RestRoute } from "./routes.ts";

/** One request on its way, with what moleculer-web found out. */
export type Exchange = {
  readonly request: IncomingMessage;
  readonly context: Context;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly parameters: Readonly<Record<string, string>>;
  readonly requestId: string;
};

type HandlerOptions = {
  readonly bodyLimit: number;
  readonly timeoutMs: number;
  readonly idempotency: Idempotency;
};

export type RequestHandler = (route: RestRoute, exchange: Exchange) => Promise<Answer>;

/** Everything between a matched route and its answer: who asks, may they, what exactly, and once only. */
export function requestHandler({ bodyLimit, timeoutMs, idempotency }: HandlerOptions): RequestHandler {
  async function perform(binding: Binding, exchange: Exchange, parts: Omit<Parts, "body">, bytes: Buffer) {
    const { context, path, request } = exchange;
    const params = paramsOf(binding, { ...parts, body: parseJson(bytes) });
    const meta = { by: parts.by, traceparent: traceparentOf(request.headers.traceparent) };
    const result = await callAgain(
      (timeout) => call(context, binding.action, params as Params<typeof binding.action>, { timeout, meta }),
      { timeoutMs, isRepeatable: isRepeatable(request, binding) },
    );
    const answer = resultAnswer(binding, path, result);
    return isUnchanged(exchange, answer) ? { ...answer, status: 304, body: "" } : answer;
  }

  /** An answer of an error is an answer too: a repeated request gets it again. */
  async function settled({ request, requestId }: Exchange, answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      const known = domainErrorOf(error, timeoutMs);
      if (!known || known.code >= 500) throw error;
      return errorAnswer(known, requestId, request.method);
    }
  }

  return async (route, exchange) => {
    const { request, context } = exchange;
    const principal = await authenticated(context, request, timeoutMs);
    const binding = bindingFor(route, request.headers);
    authorize(principal, binding.role, binding.action);
    const bytes = await readBody(request, bodyLimit);
    const key = route.method === "GET" ? undefined : idempotencyKeyOf(request.headers["idempotency-key"]);
    const parts = partsOf(exchange, binding, principal, key);
    if (key === undefined) return perform(binding, exchange, parts, bytes);
    const fingerprint = digestOf(route.method, request.url ?? "", bytes);
    return idempotency.once(principal.name, key, fingerprint, () =>
      settled(exchange, perform(binding, exchange, parts, bytes)),
    );
  };
}

function partsOf(
  { request, requestId, parameters, query }: Exchange,
  { headers }: Binding,
  { name }: Principal,
  key: string | undefined,
): Omit<Parts, "body"> {
  const ifMatch = headers.has("expectedVersion") ? request.headers["if-match"] : undefined;
  return {
    path: parameters,
    query,
    by: name,
    expectedVersion: expectedVersionOf(ifMatch),
    // What a caller sends as X-Request-Id may name a whole series of requests: it does not make them one.
    requestId: key === undefined ? `${requestId}.${nonce()}` : digestOf("request", name, key),
  };
}

/** A change that carries a request id is made once, however often it is asked for. */
function isRepeatable({ method }: IncomingMessage, { headers }: Binding): boolean {
  return method === "GET" || method === "HEAD" || headers.has("requestId");
}

function nonce(): string {
  return randomBytes(6).toString("base64url");
}

function isUnchanged({ request }: Exchange, { status, headers }: Answer): boolean {
  const isRead = request.method === "GET" || request.method === "HEAD";
  return (
    isRead && status === 200 && !!headers.ETag && isNoneMatch(request.headers["if-none-match"], headers.ETag)
  );
}
