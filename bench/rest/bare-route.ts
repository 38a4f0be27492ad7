import { createRequire } from "node:module";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { freePort } from "../../scripts/servers/free-port.ts";
import { serve } from "../ipc.ts";
import type { BareRouteCalls } from "./commands.ts";

const ApiGateway: Partial<ServiceSchema> = createRequire(import.meta.url)("moleculer-web");

const HOST = "127.0.0.1";
const ROUTE = {
  path: "/v1",
  mappingPolicy: "restrict",
  bodyParsers: { json: { type: "application/merge-patch+json" } },
  aliases: {
    "GET gateways/:gatewayId/twin": "twins.get",
    "PATCH gateways/:gatewayId/twin/desired": "twins.updateDesired",
  },
};

// moleculer-web as it comes, with actions that do nothing: no check of who calls, no limits, no store.
serve<BareRouteCalls>({
  async listen({ document }) {
    const broker = new ServiceBroker({ logger: false });
    const actions = { get: () => document, updateDesired: () => document };
    broker.createService({ name: "twins", actions });
    const port = await freePort(HOST);
    const settings = { ip: HOST, port, routes: [ROUTE] };
    broker.createService({ name: "api", mixins: [ApiGateway], settings });
    await broker.start();
    return { port };
  },
});
