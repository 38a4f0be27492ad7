import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServiceSchema } from "moleculer";
import { listen } from "../../mixins/listen.ts";
import { jsonAnswer, send } from "./answer.ts";
import { HTTP_TIMEOUTS, type HttpServerOptions, httpServer } from "./http-server.ts";
import { type Health, plainPages } from "./plain-pages.ts";

type ProbesOptions = Pick<HttpServerOptions, "certificates" | "counters"> & {
  readonly host: string;
  readonly port: number;
  readonly metricsText: () => string;
  readonly clusterText?: (() => string) | undefined;
  readonly health: () => Health;
};

/** Health and metrics of a node that does not run the open API. */
export function probesService({ host, port, ...options }: ProbesOptions): ServiceSchema {
  const pages = plainPages(options);
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const page = request.method === "GET" ? pages[request.url ?? ""] : undefined;
    send(response, page?.() ?? jsonAnswer(404, { problem: `here are ${Object.keys(pages).join(", ")}` }));
  };
  const server = httpServer({ ...options, timeouts: HTTP_TIMEOUTS }, serve);
  return {
    name: "probes",
    started: () => listen(server, { host, port, variables: "HTTP_HOST, HTTP_PORT" }),
    async stopped() {
      server.closeAllConnections();
      server.close();
    },
  };
}
