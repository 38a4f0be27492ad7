import mqtt, { type MqttClient } from "mqtt";
import type { Product } from "./product.ts";
import { waitFor } from "./wait-for.ts";

export type Credentials = { readonly username: string; readonly password: string };
export type Received = { readonly topic: string; readonly payload: Record<string, unknown> };

/** A gateway as the tests play it: connected, subscribed, remembering all it got. */
export type TestGateway = {
  readonly id: string;
  readonly client: MqttClient;
  readonly received: Received[];
  readonly publish: (topic: string, payload: unknown, qos?: 0 | 1) => Promise<void>;
  /** The first not yet taken message on `down/{topic}`. */
  readonly next: (topic: string) => Promise<Record<string, unknown>>;
  readonly end: () => Promise<void>;
};

/** Registers gateways over REST and returns their credentials. */
export async function provision(product: Product, gatewayIds: readonly string[]): Promise<Credentials[]> {
  const requests = gatewayIds.map((gatewayId) => ({ gatewayId }));
  const { status, body } = await product.request("POST", "/v1/gateways:batchCreate", { requests });
  if (status !== 200) throw new Error(`batchCreate answered ${status}: ${JSON.stringify(body)}`);
  return (body as { gateways: { credentials: Credentials }[] }).gateways.map(
    ({ credentials }) => credentials,
  );
}

export async function connectGateway(product: Product, credentials: Credentials): Promise<TestGateway> {
  const id = credentials.username;
  const client = await mqtt.connectAsync(product.mqttUrl, {
    ...credentials,
    clientId: id,
    reconnectPeriod: 0,
  });
  const received: Received[] = [];
  client.on("message", (topic, payload) => received.push({ topic, payload: JSON.parse(payload.toString()) }));
  await client.subscribeAsync(`gw/${id}/down/#`, { qos: 1 });
  return {
    id,
    client,
    received,
    publish: async (topic, payload, qos = 1) => {
      const bytes =
        payload instanceof Buffer || typeof payload === "string" ? payload : JSON.stringify(payload);
      await client.publishAsync(`gw/${id}/up/${topic}`, bytes, { qos });
    },
    next: (topic) => waitFor(`down/${topic} at ${id}`, () => take(received, `gw/${id}/down/${topic}`)),
    end: () => client.endAsync(true),
  };
}

function take(received: Received[], topic: string): Record<string, unknown> | undefined {
  const index = received.findIndex((message) => message.topic === topic);
  return index < 0 ? undefined : received.splice(index, 1)[0]?.payload;
}
