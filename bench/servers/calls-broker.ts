import { ServiceBroker } from "moleculer";

export type UpdateParams = { gatewayId: string; state: Record<string, unknown> };

/** Moleculer as it comes, on NATS. */
export function callsBroker(nodeID: string, natsUrl: string): ServiceBroker {
  return new ServiceBroker({
    nodeID,
    namespace: "bench-calls",
    transporter: { type: "NATS", options: { url: natsUrl } },
    logger: false,
    requestTimeout: 30_000,
  });
}
