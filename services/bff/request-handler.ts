import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Context } from "moleculer";
import { ANYONE, type Principal } from "../../actors/contracts/access.ts";
import type { Params } from "../../actors/contracts/contract.ts";
import { call } from "../../mixins/bridge.ts";
import { withTrace } from "../../mixins/traces/current-trace.ts";
import { traceOf } from "../../mixins/traces/traceparent.ts";
import { errorTypeOf, type OpenSpan, type Traces } from "../../mixins/traces/traces.ts";
import type { Access } from "./access.ts";
import { type Answer, resultAnswer } from "./answer.ts";
import { type Binding, timeoutOf } from "./binding.ts";
import { parseJson, readBody } from "./body.ts";
import { callAgain } from "./call-again.ts";
import { bindingFor } from "./content-type.ts";
import { errorAnswer } from "./error-answer.ts";
import { domainErrorOf } from "./errors.ts";
import { expectedVersionOf, idempotencyKeyOf, isNoneMatch, traceparentOf } from "./headers.ts";
import { digestOf, type Idempotency } from "./idempotency.ts";
import { type Parts, paramsOf } from "./params.ts";
import { type Ended, recorded, type Told } from "./recorded.ts";
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

/** A call of a known caller to a known action. */
export type Call = {
  readonly principal: Principal;
  readonly binding: Binding;
  readonly exchange: Exchange;
};

/** What watches over calls. */
export type CallGuards = {
  /** Throws what keeps the call out, such as RATE_LIMITED; resolves with headers for its answer. */
  readonly admit: (call: Pick<Call, "principal" | "exchange">) => Promise<Readonly<Record<string, string>>>;
  /** Told of every call to a known action, when it has ended, also of those that were denied. Never throws. */
  readonly record: (told: Told, ended: Ended) => void;
};

type HandlerOptions = {
  readonly bodyLimit: number;
  readonly timeoutMs: number;
  readonly idempotency: Idempotency;
  readonly access: Access;
  readonly guards: CallGuards;
  /** Not given: what is traced is passed on, and that is all. */
  readonly traces?: Pick<Traces, "request"> | undefined;
};

export type RequestHandler = (route: RestRoute, exchange: Exchange) => Promise<Answer>;

/** Everything between a matched route and its answer: who asks, may they, what exactly, and once only. */
export function requestHandler(options: HandlerOptions): RequestHandler {
  const { bodyLimit, timeoutMs, idempotency, access, guards, traces } = options;

  async function perform({ principal, binding, exchange }: Call, parts: Omit<Parts, "body">, bytes: Buffer) {
    const { context, path, request } = exchange;
    const given = paramsOf(binding, { ...parts, body: parseJson(bytes) });
    const params = await access.narrowed(context, principal, binding.action, given);
    const traceparent = traceOf(context) ?? traceparentOf(request.headers.traceparent);
    const meta = { by: parts.by, principal, address: access.addressOf(request), traceparent };
    const result = await callAgain(
      (timeout) => call(context, binding.action, params as Params<typeof binding.action>, { timeout, meta }),
      { timeoutMs: timeoutOf(binding, params, timeoutMs), isRepeatable: isRepeatable(request, binding) },
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

  async function serve(route: RestRoute, { principal, binding, exchange }: Call): Promise<Answer> {
    const { request, context, parameters } = exchange;
    const headers = await guards.admit({ principal, exchange });
    await access.authorize(context, principal, binding.action, parameters);
    const answer = await once(route, { principal, binding, exchange }, await readBody(request, bodyLimit));
    return { ...answer, headers: { ...headers, ...answer.headers } };
  }

  async function once(route: RestRoute, call: Call, bytes: Buffer): Promise<Answer> {
    const { principal, binding, exchange } = call;
    const { request } = exchange;
    const isKeyed = route.method !== "GET" && principal.role !== "anyone";
    const key = isKeyed ? idempotencyKeyOf(request.headers["idempotency-key"]) : undefined;
    const parts = partsOf(exchange, binding, principal, key);
    if (key === undefined) return perform(call, parts, bytes);
    const fingerprint = digestOf(route.method, request.url ?? "", bytes);
    return idempotency.once(principal.name, key, fingerprint, () =>
      settled(exchange, perform(call, parts, bytes)),
    );
  }

  /** Nobody but a known caller makes us trace. */
  function spanOf({ method, path }: RestRoute, { role }: Principal, { request }: Exchange) {
    return role === "anyone" ? undefined : traces?.request(request.headers.traceparent, method, path);
  }

  /** Everything that is called from here on is part of it. */
  async function traced(span: OpenSpan, { context }: Exchange, work: () => Promise<Answer>): Promise<Answer> {
    Object.assign(context.meta, { traceparent: span.trace });
    try {
      const answer = await withTrace(span.trace, work);
      span.add({ "http.response.status_code": answer.status });
      span.end();
      return answer;
    } catch (error) {
      const status = domainErrorOf(error, timeoutMs)?.code ?? 500;
      span.add({ "http.response.status_code": status });
      span.end(status >= 500 ? errorTypeOf(error) : undefined);
      throw error;
    }
  }

  async function begin(route: RestRoute, told: Told): Promise<Answer> {
    const { exchange, permission } = told;
    const { request, context } = exchange;
    const principal = await access.authenticated(context, request, permission);
    told.principal = principal;
    const binding = bindingFor(route, request.headers);
    told.permission = binding.action;
    const span = spanOf(route, principal, exchange);
    const call = { principal, binding, exchange };
    return span ? traced(span, exchange, () => serve(route, call)) : serve(route, call);
  }

  return (route, exchange) => {
    const address = access.addressOf(exchange.request);
    const told: Told = { principal: ANYONE, permission: route.bindings[0].action, exchange, address };
    return recorded({
      told,
      record: guards.record,
      timeoutMs,
      serve: () => begin(route, told),
      whenServed: ({ status }, end) => end(status),
    });
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
    requestId: key === undefined ? `${requestId}.${randomUUID()}` : digestOf("request", name, key),
  };
}

/** A change that carries a request id is made once, however often it is asked for. */
function isRepeatable({ method }: IncomingMessage, { headers }: Binding): boolean {
  return method === "GET" || method === "HEAD" || headers.has("requestId");
}

function isUnchanged({ request }: Exchange, { status, headers }: Answer): boolean {
  const isRead = request.method === "GET" || request.method === "HEAD";
  return (
    isRead && status === 200 && !!headers.ETag && isNoneMatch(request.headers["if-none-match"], headers.ETag)
  );
}
