import { type DomainError, type ErrorType, errorCodeOf } from "../../actors/contracts/errors.ts";
import { type Answer, jsonAnswer } from "./answer.ts";

const TYPE = "type.googleapis.com/google.rpc";

/** Names of google.rpc.Code by HTTP status. */
const STATUS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  405: "UNIMPLEMENTED",
  408: "DEADLINE_EXCEEDED",
  409: "ABORTED",
  410: "OUT_OF_RANGE",
  412: "FAILED_PRECONDITION",
  413: "INVALID_ARGUMENT",
  414: "INVALID_ARGUMENT",
  415: "INVALID_ARGUMENT",
  416: "OUT_OF_RANGE",
  429: "RESOURCE_EXHAUSTED",
  431: "INVALID_ARGUMENT",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

/** The one way an error leaves over REST: AIP-193. */
export function errorAnswer(error: DomainError, requestId: string, method = ""): Answer {
  const wait = retrySeconds(error);
  const body = {
    code: error.code,
    status: statusOf(error.type, error.code),
    message: error.message,
    details: [errorInfo(error), ...badRequest(error), ...retryInfo(wait)],
    requestId,
  };
  return jsonAnswer(error.code, { error: body }, headersOf(error, wait, method));
}

function statusOf(type: ErrorType, code: number): string {
  return type.endsWith("_EXISTS") ? "ALREADY_EXISTS" : (STATUS[code] ?? "UNKNOWN");
}

function errorInfo({ type, data }: DomainError): object {
  const strings = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]));
  const metadata = { ...strings, errorCode: errorCodeOf(type) };
  return { "@type": `${TYPE}.ErrorInfo`, reason: type, domain: "gateway-twin", metadata };
}

function badRequest({ violations }: DomainError): object[] {
  return violations.length > 0 ? [{ "@type": `${TYPE}.BadRequest`, fieldViolations: violations }] : [];
}

function retryInfo(seconds: number | undefined): object[] {
  return seconds === undefined ? [] : [{ "@type": `${TYPE}.RetryInfo`, retryDelay: `${seconds}s` }];
}

function retrySeconds({ retryable, code, data }: DomainError): number | undefined {
  if (!retryable || code === 504) return undefined;
  return Number(data.retryAfterSeconds ?? 1);
}

function headersOf({ type, code, data }: DomainError, wait: number | undefined, method: string) {
  const headers: Record<string, string> = {};
  if (wait !== undefined) headers["Retry-After"] = String(wait);
  if (code === 401) headers["WWW-Authenticate"] = 'Bearer realm="gateway-twin"';
  if (type === "RANGE_NOT_SATISFIABLE") headers["Content-Range"] = `bytes */${data.size}`;
  if (type === "METHOD_NOT_ALLOWED") headers.Allow = String(data.allowed);
  if (type === "UNSUPPORTED_MEDIA_TYPE") {
    headers[method === "PATCH" ? "Accept-Patch" : "Accept"] = String(data.supported);
  }
  return headers;
}
