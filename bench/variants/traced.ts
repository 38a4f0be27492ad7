import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startWith } from "./product.ts";
import type { RunningVariant, Variant } from "./variant.ts";

/** The product as it is by default once traces are switched on, with a collector that throws them away. */
export function traced(gateways: number, window: number, inFlight: number): Variant {
  return {
    kind: "traced",
    title: `(t) gateway-twin, ${gateways}, traces at 1 %`,
    gateways,
    ackPoint: "as (c)",
    syncPolicy: "as (c)",
    creditsFrom: "puback",
    window,
    inFlight,
    start: () => start(gateways),
  };
}

async function start(gateways: number): Promise<RunningVariant> {
  const collector = createServer((request, response) => {
    request.resume();
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/traces`;
  const running = await startWith(gateways, { JAEGER_URL: url, TRACE_SAMPLE_RATE: "0.01" });
  const stop = async () => {
    await running.stop();
    await closed(collector);
  };
  return { ...running, stop };
}

function closed(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
