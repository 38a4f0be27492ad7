import type { IncomingMessage, ServerResponse } from "node:http";

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
/** Of requests. Tokens are sent by the page itself: browsers are never asked for credentials of theirs. */
const HEADERS =
  "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, traceparent, X-Request-Id";
/** Of answers, beside those that a page sees anyway. */
const EXPOSED = "ETag, Location, Retry-After, traceparent, X-Request-Id";
const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of these origins read the answers. Sets headers only; returns true when the request was a preflight of
 * such a page, which needs nothing more than an empty answer. Other origins' requests go on: browsers keep the
 * answers from them.
 */
export function allowOrigin(
  origins: ReadonlySet<string>,
  { headers, method }: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (origins.size === 0) return false;
  response.setHeader("Vary", "Origin");
  const { origin } = headers;
  if (origin === undefined || !origins.has(origin)) return false;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", EXPOSED);
  if (method !== "OPTIONS" || !headers["access-control-request-method"]) return false;
  response.setHeader("Access-Control-Allow-Methods", METHODS);
  response.setHeader("Access-Control-Allow-Headers", HEADERS);
  response.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
  return true;
}
