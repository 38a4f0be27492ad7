import { Socket } from "node:net";
import { connectAsync, type MqttClient } from "mqtt";
import type { Credentials } from "../generator/link.ts";

type Order = { id: string; replyTo: string };

/** Answers each command at once. */
export async function connectCommandGateway(port: number, credentials: Credentials): Promise<MqttClient> {
  const { gatewayId, username, password } = credentials;
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    clientId: gatewayId,
    username,
    password,
    reconnectPeriod: 0,
  });
  // Else its answer waits behind its PUBACK for the server's delayed TCP acknowledgement.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  client.on("message", (_topic, payload) => {
    const { id, replyTo } = JSON.parse(payload.toString()) as Order;
    client.publish(replyTo, JSON.stringify({ id, status: "OK" }), { qos: 1 });
  });
  await client.subscribeAsync(`gw/${gatewayId}/down/command`, { qos: 1 });
  await client.publishAsync(`gw/${gatewayId}/up/hello`, JSON.stringify({ boot: "bench-boot" }), { qos: 1 });
  return client;
}
