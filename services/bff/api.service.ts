import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { ServiceSchema } from "moleculer";
import type { Limits } from "../../actors/contracts/limits.ts";
import type { BlobStore } from "../../actors/runtime/blobs.ts";
import type { Clock } from "../../actors/runtime/ports.ts";
import { events } from "../../mixins/bridge.ts";
import { listen } from "../../mixins/listen.ts";
import { logTo } from "../../mixins/logs/log-to.ts";
import type { Traces } from "../../mixins/traces/traces.ts";
import { access as apiAccess } from "./access.ts";
import { aliasesOf } from "./aliases.ts";
import { countedIdempotency } from "./counted-idempotency.ts";
import { newRequestId } from "./headers.ts";
import { HTTP_TIMEOUTS, type HttpServerOptions, httpServer } from "./http-server.ts";
import { type IdempotencyStore, idempotency } from "./idempotency.ts";
import { KnownCallers } from "./known-callers.ts";
import { documentPages } from "./openapi/document-pages.ts";
import { type Health, plainPages } from "./plain-pages.ts";
import { type CallGuards, requestHandler } from "./request-handler.ts";
import { restRoutes } from "./routes.ts";
import { transferRoutes } from "./transfers.ts";
import { watchRoutes } from "./watch-routes.ts";
import { WATCH_SETTINGS, Watches, type WatchSettings } from "./watches.ts";
import { finish, type WebRequest } from "./web.ts";

const ApiGateway: Partial<ServiceSchema> = createRequire(import.meta.url)("moleculer-web");

export type ApiOptions = Omit<HttpServerOptions, "timeouts"> & {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly store: IdempotencyStore;
  /** Where artifacts are kept; without it there are no uploads and downloads. */
  readonly blobs?: BlobStore;
  readonly metricsText: () => string;
  readonly clusterText?: (() => string) | undefined;
  readonly health: () => Health;
  readonly guards?: CallGuards;
  readonly onListening?: (port: number) => void;
  readonly timeouts?: Partial<typeof TIMEOUTS>;
  readonly watches?: Partial<WatchSettings>;
  /** Proxies of our own before this, whose X-Forwarded-For counts; none when not given. */
  readonly trustedProxies?: number;
  readonly traces?: Traces | undefined;
};

const OPEN: CallGuards = { admit: async () => ({}), record: () => undefined };
const TIMEOUTS = { ...HTTP_TIMEOUTS, callMs: 10_000, closeMs: 5_000 };

const ROUTE = {
  path: "/",
  bodyParsers: false,
  mappingPolicy: "restrict",
  mergeParams: false,
  logging: false,
  pathToRegexpOptions: { sensitive: true },
};

/** The open API: REST over the contracts of all services. */
export function apiService(options: ApiOptions): ServiceSchema {
  const { host, port, limits, onListening } = options;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const guards = options.guards ?? OPEN;
  const callers = new KnownCallers(options.clock);
  const { trustedProxies } = options;
  const access = apiAccess({ timeoutMs: timeouts.callMs, trustedProxies, callers });
  const once = countedIdempotency(idempotency(options.store, timeouts.callMs), options.counters);
  const handle = requestHandler({
    bodyLimit: limits.restBodyBytes,
    timeoutMs: timeouts.callMs,
    idempotency: once,
    access,
    guards,
    traces: options.traces,
  });
  let watches: Watches;
  const watched = watchRoutes({ watches: () => watches, access, guards, timeoutMs: timeouts.callMs });
  const { blobs } = options;
  const transfers = blobs
    ? transferRoutes({ blobs, access, guards, timeoutMs: timeouts.callMs, idempotency: once })
    : [];
  const pages = { ...plainPages(options), ...documentPages() };
  const aliases = aliasesOf(restRoutes(), handle, [...watched, ...transfers], pages, timeouts.callMs);
  const settings = {
    // It would take a server that cannot listen for one that has started, or end the process by itself.
    server: false,
    $secureSettings: ["routes", "rootCallOptions"],
    logRequest: null,
    logResponse: null,
    logRouteRegistration: null,
    optimizeOrder: false,
    rootCallOptions: (call: { requestID?: string; timeout?: number }, request: IncomingMessage) => {
      call.requestID = newRequestId(request.headers["x-request-id"]);
      // Every call that follows has a timeout of its own; some wait longer than others.
      call.timeout = 0;
    },
    routes: [{ ...ROUTE, aliases }],
  };
  let server: Server;
  return {
    name: "api",
    mixins: [ApiGateway],
    actions: { listAliases: false, addRoute: false, removeRoute: false },
    settings,
    methods: {
      /** Replaces moleculer-web's: for what fails before a route is found. */
      errorHandler(request: WebRequest, response: ServerResponse, error: unknown) {
        void finish(request, response, timeouts.callMs, () => Promise.reject(error));
      },
    },
    events: events({
      "journal.appended": ({ seq }) => watches.appended(seq),
      "access.revoked": ({ names }) => callers.revoked(names),
    }),
    created() {
      server = httpServer({ ...options, timeouts }, this.httpHandler);
      server.on("error", (error) => logTo(this.logger).error("the HTTP server failed", { error }));
      watches = new Watches(this.broker, { ...WATCH_SETTINGS, ...options.watches });
      options.counters?.onScrape?.(() =>
        options.counters?.gauge?.("gateway_twin.rest.watches.open", watches.count),
      );
    },
    async started() {
      await listen(server, { host, port, variables: "HTTP_HOST, HTTP_PORT" });
      onListening?.((server.address() as AddressInfo).port);
    },
    /** Idle connections are closed at once, the others when they had their time to finish. */
    async stopped() {
      watches.stop();
      setTimeout(() => server.closeAllConnections(), timeouts.closeMs).unref();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
