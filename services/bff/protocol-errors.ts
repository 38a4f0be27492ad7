import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { DomainError } from "../../actors/contracts/errors.ts";
import { errorAnswer } from "./error-answer.ts";
import { newRequestId } from "./headers.ts";

/** Of a request's first line and all its headers. */
export const MAX_HEADER_BYTES = 16 * 1024;

type ParserError = Error & { readonly code?: string; readonly reason?: string };

/** By connection. */
const unfinished = new WeakMap<Duplex, Set<ServerResponse>>();

/** Notes that a request is under way: nothing may be written into the middle of its answer. */
export function noteAnswer({ socket }: IncomingMessage, response: ServerResponse): void {
  const responses = unfinished.get(socket) ?? new Set();
  unfinished.set(socket, responses.add(response));
  response.once("close", () => responses.delete(response));
}

/** For what Node gives up before it is a whole request: not HTTP, too large, too slow. Ends the connection. */
export function refuseBroken(policy: Readonly<Record<string, string>>) {
  return (error: ParserError, socket: Duplex): void => {
    const isAnswering = [...(unfinished.get(socket) ?? [])].some(({ headersSent }) => headersSent);
    if (!socket.writable || isAnswering || error.code === "ECONNRESET") return void socket.destroy();
    socket.end(textOf(policy, errorOf(error)), () => socket.destroy());
  };
}

function errorOf({ code, reason }: ParserError): DomainError {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new DomainError("REQUEST_TOO_SLOW");
  if (code === "HPE_HEADER_OVERFLOW")
    return new DomainError("HEADERS_TOO_LARGE", { limit: MAX_HEADER_BYTES });
  return new DomainError("MALFORMED_REQUEST", { problem: reason ?? "it is not HTTP/1.1" });
}

function textOf(policy: Readonly<Record<string, string>>, error: DomainError): string {
  const requestId = newRequestId(undefined);
  const { status, headers, body } = errorAnswer(error, requestId);
  const all = {
    ...policy,
    ...headers,
    "X-Request-Id": requestId,
    "Content-Length": Buffer.byteLength(body),
    Connection: "close",
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`;
}
