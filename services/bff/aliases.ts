import type { ServerResponse } from "node:http";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { Answer } from "./answer.ts";
import { patternOf } from "./paths.ts";
import type { PlainPages } from "./plain-pages.ts";
import type { Exchange, RequestHandler } from "./request-handler.ts";
import type { RestRoute } from "./routes.ts";
import type { TransferRoute } from "./transfers.ts";
import type { WatchRoute } from "./watch-routes.ts";
import { attempt, finish, requestIdOf, type WebRequest } from "./web.ts";

type Alias = (request: WebRequest, response: ServerResponse) => void;
type Serve = (request: WebRequest) => Answer | Promise<Answer>;

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const ANY_PATH = "{*path}";

/** moleculer-web's aliases in the order they are tried: the API, the plain pages, and all the rest. */
export function aliasesOf(
  routes: readonly RestRoute[],
  handle: RequestHandler,
  streams: readonly (WatchRoute | TransferRoute)[],
  pages: PlainPages,
  timeoutMs: number,
): Record<string, Alias> {
  const alias = (method: string, path: string, serve: Serve): [string, Alias][] => {
    const methods = method === "GET" ? ["GET", "HEAD"] : [method];
    const run: Alias = (request, response) =>
      void finish(request, response, timeoutMs, async () => serve(routed(request, methods)));
    return methods.map((each) => [`${each} ${patternOf(path)}`, run]);
  };
  const rest: Alias = (request, response) =>
    void finish(request, response, timeoutMs, async () => Promise.reject(unrouted(request)));
  const stream = (route: WatchRoute | TransferRoute): [string, Alias][] => {
    const methods = methodsOf(route);
    const run: Alias = (request, response) =>
      void attempt(request, response, timeoutMs, async () =>
        route.serve(exchangeOf(routed(request, methods)), response),
      );
    return methods.map((each) => [`${each} ${patternOf(route.path)}`, run]);
  };
  return Object.fromEntries([
    ...streams.flatMap(stream),
    ...routes.flatMap((route) =>
      alias(route.method, route.path, (request) => handle(route, exchangeOf(request))),
    ),
    ...Object.entries(pages).flatMap(([path, page]) => alias("GET", path, page)),
    [`* /${ANY_PATH}`, rest],
  ]);
}

/** A watch has no end: only the headers of it make no sense. */
function methodsOf(route: WatchRoute | TransferRoute): string[] {
  if (!("method" in route)) return ["GET"];
  return route.method === "GET" ? ["GET", "HEAD"] : [route.method];
}

/** moleculer-web looks up OPTIONS under the method that the preflight asks about. */
function routed(request: WebRequest, methods: readonly string[]): WebRequest {
  if (methods.includes(request.method ?? "")) return request;
  throw unrouted(request);
}

function unrouted({ $service, parsedUrl, method = "?" }: WebRequest): DomainError {
  const allowed = METHODS.filter((each) => {
    const found = $service.resolveAlias(parsedUrl, each);
    return found && found.alias.path !== ANY_PATH;
  });
  const path = parsedUrl.slice(0, 256);
  if (allowed.length === 0) return new DomainError("ROUTE_NOT_FOUND", { method, path });
  return new DomainError("METHOD_NOT_ALLOWED", { method, path, allowed: allowed.join(", ") });
}

function exchangeOf(request: WebRequest): Exchange {
  const [, query = ""] = /\?(.*)$/s.exec(request.originalUrl ?? "") ?? [];
  return {
    request,
    context: request.$ctx,
    path: request.parsedUrl,
    query: queryOf(query),
    parameters: request.$params.params ?? {},
    requestId: requestIdOf(request),
  };
}

/** URLSearchParams would take anything, and put another text in the place of what it cannot decode. */
function queryOf(text: string): URLSearchParams {
  try {
    decodeURIComponent(text);
  } catch {
    throw new DomainError("INVALID_ARGUMENT", { problem: "the query is not percent-encoded UTF-8" });
  }
  return new URLSearchParams(text);
}
