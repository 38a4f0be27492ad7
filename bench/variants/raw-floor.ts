import { forkModule } from "../children.ts";
import type { RawBrokerCalls } from "../servers/raw-broker.ts";
import { gatewayIds, openCredentials, type RunningVariant, type Variant } from "./variant.ts";

export function rawFloor(gateways: number, window: number, inFlight: number): Variant {
  return {
    kind: "raw",
    title: `(a) raw floor, ${gateways}`,
    gateways,
    ackPoint: "aedes with an empty handler: PUBACK at once, nothing is parsed or stored",
    syncPolicy: "none",
    creditsFrom: "puback",
    window,
    inFlight,
    start: () => start(gateways),
  };
}

async function start(gateways: number): Promise<RunningVariant> {
  const broker = forkModule<RawBrokerCalls>("./servers/raw-broker.ts", "raw broker");
  const { port } = await broker.peer.call("listen", null);
  return {
    port,
    serverPids: [broker.pid],
    gateways: openCredentials(gatewayIds(gateways)),
    stop: broker.stop,
  };
}
