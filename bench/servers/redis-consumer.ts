import { Redis } from "ioredis";
import { connectAsync, type IPublishPacket } from "mqtt";
import { serve } from "../ipc.ts";
import type { StoredTwin } from "../verify.ts";
import { completed } from "./completions.ts";
import { mergePatch } from "./merge-patch.ts";

export type RedisConsumerCalls = {
  start: { params: { brokerUrl: string; redisUrl: string; connections: number }; result: null };
  readTwins: { params: { gatewayIds: string[] }; result: StoredTwin[] };
};

let redis: Redis;

serve<RedisConsumerCalls>({
  async start({ brokerUrl, redisUrl, connections }) {
    redis = new Redis(redisUrl);
    for (let number = 0; number < connections; number++) await consume(brokerUrl, redisUrl, number);
    return null;
  },
  readTwins: ({ gatewayIds }) => Promise.all(gatewayIds.map(readTwin)),
});

/** mqtt.js hands over one message at a time per connection: so no two of them work on the same hash for long. */
async function consume(brokerUrl: string, redisUrl: string, number: number): Promise<void> {
  const store = new Redis(redisUrl);
  const client = await connectAsync(brokerUrl, { clientId: `consumer-${number}`, protocolVersion: 4 });
  client.handleMessage = (packet, done) => {
    update(store, packet).then(() => {
      done();
      completed();
    }, done);
  };
  await client.subscribeAsync("$share/consumers/gw/+/up/reported", { qos: 1 });
}

async function update(store: Redis, { topic, payload }: IPublishPacket): Promise<void> {
  const { state } = JSON.parse(payload.toString()) as { state: Record<string, unknown> };
  const key = keyOf(topic.split("/")[1] ?? "");
  const { version = "0", ...fields } = await store.hgetall(key);
  const merged = mergePatch(parsed(fields), state);
  await store.hset(key, { ...encoded(merged), version: Number(version) + 1 });
}

async function readTwin(gatewayId: string): Promise<StoredTwin> {
  const { version = "0", counter } = await redis.hgetall(keyOf(gatewayId));
  return { gatewayId, version: Number(version), counter: Number(counter) };
}

function parsed(fields: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, JSON.parse(text)]));
}

function encoded(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]));
}

function keyOf(gatewayId: string): string {
  return `twin:${gatewayId}`;
}
