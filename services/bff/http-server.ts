import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { Counters, Metrics } from "../../mixins/counters.ts";
import type { Certificates } from "../../mixins/tls-certificates.ts";
import { send } from "./answer.ts";
import { limitBody } from "./body-deadline.ts";
import { allowOrigin } from "./cors.ts";
import { errorAnswer } from "./error-answer.ts";
import { newRequestId } from "./headers.ts";
import { headersPolicy } from "./headers-policy.ts";
import { MAX_HEADER_BYTES, noteAnswer, refuseBroken } from "./protocol-errors.ts";

/** In milliseconds. */
export type HttpTimeouts = {
  /** For a whole request to come; for each part of what is uploaded. */
  readonly requestMs: number;
  /** For its headers, also of a connection that says nothing at all. */
  readonly headersMs: number;
  /** Between two requests on a connection. */
  readonly idleMs: number;
  /** Without a byte in either direction, whatever is under way. */
  readonly silenceMs: number;
};

/** The longest calls take five minutes. */
export const HTTP_TIMEOUTS: HttpTimeouts = {
  requestMs: 30_000,
  headersMs: 10_000,
  idleMs: 5000,
  silenceMs: 330_000,
};

export type HttpServerOptions = {
  readonly timeouts: HttpTimeouts;
  /** With them it speaks TLS and nothing else. */
  readonly certificates?: Certificates | undefined;
  /** Whose pages may read the answers; exactly as browsers write them. */
  readonly corsOrigins?: readonly string[] | undefined;
  readonly maxConnections?: number | undefined;
  readonly counters?: (Pick<Counters, "count"> & Partial<Metrics>) | undefined;
};

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** Of an upload, however well it comes along. */
const LONGEST_REQUEST_MS = 3_600_000;
const MAX_CONNECTIONS = 10_000;
/** So many more are told why they are refused; others are closed without a word. */
const TOLD_CONNECTIONS = 100;
const MAX_URL_LENGTH = 8192;
/** Node counts a connection as idle as long as nothing was read from it: at the end such a one gets a moment more. */
const LAST_REQUEST_MS = 200;

/** A server that outlives slow, greedy and broken clients; what it answers has the headers of the policy. */
export function httpServer(options: HttpServerOptions, handle: Handle): Server {
  const { certificates, maxConnections = MAX_CONNECTIONS } = options;
  const server = newServer(options);
  const admits = admission(server, options, maxConnections);
  const policy = Object.entries(headersPolicy(certificates !== undefined));
  const origins = new Set(options.corsOrigins);
  const inFlight = requestsInFlight(options);
  endWithAnswers(server, inFlight);
  const serve: Handle = (request, response) => {
    inFlight.add(response);
    response.once("close", () => inFlight.delete(response));
    limitBody(request, options.timeouts.requestMs, () =>
      server.emit("clientError", tooSlow(), request.socket),
    );
    noteAnswer(request, response);
    for (const [name, value] of policy) response.setHeader(name, value);
    request.url = originForm(request.url);
    const isAdmitted = admits(request.socket);
    // At the end, too: who calls in a loop would have its connection cut in the middle of a call.
    if (!isAdmitted || !server.listening) response.setHeader("Connection", "close");
    const problem = isAdmitted
      ? problemOf(request)
      : new DomainError("TOO_MANY_CONNECTIONS", { limit: maxConnections });
    if (problem) refuse(request, response, problem);
    else if (allowOrigin(origins, request, response)) send(response, { status: 204, headers: {}, body: "" });
    else handle(request, response);
  };
  // An expectation that nobody knows may be ignored.
  return server.on("request", serve).on("checkExpectation", serve);
}

function newServer({ certificates, timeouts, counters }: HttpServerOptions): Server {
  const { headersMs, idleMs, silenceMs } = timeouts;
  const options = {
    // Node has one for all requests: `limitBody` is for those that are no uploads.
    requestTimeout: LONGEST_REQUEST_MS,
    headersTimeout: headersMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(1000, headersMs),
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    // Its answer would not have the form of our errors.
    requireHostHeader: false,
  };
  if (!certificates) return patient(createServer(options), silenceMs, false);
  const tls = { ...certificates.tlsOptions, handshakeTimeout: headersMs };
  const server = createTlsServer({ ...options, ...tls });
  certificates.serve(server);
  server.on("tlsClientError", (_, socket) => {
    counters?.count("gateway_twin.rest.connections.refused.total", { reason: "tls" });
    socket.destroy();
  });
  return patient(server, silenceMs, true);
}

function patient(server: Server, silenceMs: number, isTls: boolean): Server {
  server.timeout = silenceMs;
  server.on("clientError", refuseBroken(headersPolicy(isTls)));
  return server;
}

/** `server.close()` closes idle connections; those of the answers under way are to end with these. */
function endWithAnswers(server: Server, inFlight: ReadonlySet<ServerResponse>): void {
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    for (const response of inFlight) if (!response.headersSent) response.setHeader("Connection", "close");
    // Whose answer has told otherwise gets a moment after it.
    server.keepAliveTimeout = LAST_REQUEST_MS;
    setTimeout(closeIdle, LAST_REQUEST_MS);
  };
}

/** Why it cannot be served, whatever it asks for. */
function problemOf({ headers, httpVersion, url = "" }: IncomingMessage): DomainError | undefined {
  if (headers.host === undefined && httpVersion === "1.1")
    return new DomainError("MALFORMED_REQUEST", { problem: "it has no Host" });
  if (url.length > MAX_URL_LENGTH) return new DomainError("URL_TOO_LONG", { limit: MAX_URL_LENGTH });
  return undefined;
}

/** The path of a URL as a whole (RFC 9112, 3.2.2); what is neither becomes a path where nothing is. */
function originForm(target = ""): string {
  const path = target.replace(/^https?:\/\/[^/?]*/i, "");
  return path.startsWith("/") ? path : `/${path}`;
}

/** As Node says it. */
function tooSlow(): Error {
  return Object.assign(new Error("Request timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
}

/** The answers that are under way, and counted. */
function requestsInFlight({ counters }: HttpServerOptions): Set<ServerResponse> {
  const inFlight = new Set<ServerResponse>();
  counters?.onScrape?.(() => counters.gauge?.("gateway_twin.rest.requests.in_flight", inFlight.size));
  return inFlight;
}

/** Tells whether a connection came while there was room. */
function admission(
  server: Server,
  { certificates, counters }: HttpServerOptions,
  max: number,
): (socket: Socket) => boolean {
  const refused = new WeakSet<Socket>();
  let open = 0;
  counters?.onScrape?.(() => {
    counters.gauge?.("gateway_twin.rest.connections.open", open);
    counters.gauge?.("gateway_twin.rest.connections.limit", max);
  });
  const count = () => counters?.count("gateway_twin.rest.connections.refused.total", { reason: "full" });
  server.maxConnections = max + TOLD_CONNECTIONS;
  server.on("drop", count);
  server.on(certificates ? "secureConnection" : "connection", (socket: Socket) => {
    open += 1;
    socket.once("close", () => {
      open -= 1;
    });
    if (open <= max) return;
    refused.add(socket);
    count();
  });
  return (socket) => !refused.has(socket);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: DomainError): void {
  const requestId = newRequestId(request.headers["x-request-id"]);
  response.setHeader("X-Request-Id", requestId);
  send(response, errorAnswer(error, requestId, request.method));
}
