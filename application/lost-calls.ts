import { setTimeout as delay } from "node:timers/promises";
import { type ServiceBroker, Transporters } from "moleculer";
import { Events, type NatsConnection } from "nats";

/** The others are back a little earlier or later than this node; what was sent to one that was not is lost. */
const LOST_UNTIL_MS = [0, 500, 1500];

/**
 * What is on its way to other nodes when NATS goes away is lost, and nobody is told: these calls fail at once, as to
 * a node that has gone, instead of at their timeouts. What was called meanwhile may be lost as well: it fails when
 * NATS is back. Ends with the connection.
 */
export async function failLostCalls(broker: ServiceBroker): Promise<void> {
  const transporter = broker.transit?.tx;
  if (!(transporter instanceof Transporters.NATS)) return;
  const connection: NatsConnection = transporter.client;
  for await (const { type } of connection.status()) {
    if (type === Events.Disconnect) failAll(broker);
    else if (type === Events.Reconnect) void failUntilBack(broker);
  }
}

async function failUntilBack(broker: ServiceBroker): Promise<void> {
  for (const [index, time] of LOST_UNTIL_MS.entries()) {
    await delay(time - (LOST_UNTIL_MS[index - 1] ?? 0), undefined, { ref: false });
    failAll(broker);
  }
}

function failAll({ transit, registry }: ServiceBroker): void {
  for (const nodeId of registry.nodes.nodes.keys()) transit?.removePendingRequestByNodeID(nodeId);
}
