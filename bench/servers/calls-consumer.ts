import type { ServiceBroker } from "moleculer";
import { connectAsync } from "mqtt";
import { serve } from "../ipc.ts";
import { callsBroker, type UpdateParams } from "./calls-broker.ts";
import { completed } from "./completions.ts";

export type CallsConsumerCalls = { start: { params: { brokerUrl: string; natsUrl: string }; result: null } };

serve<CallsConsumerCalls>({
  async start({ brokerUrl, natsUrl }) {
    const broker = callsBroker("consumer", natsUrl);
    await broker.start();
    await broker.waitForServices("twins");
    const client = await connectAsync(brokerUrl, { clientId: "consumer", protocolVersion: 4 });
    client.on("message", (topic, payload) => void handle(broker, topic, payload));
    await client.subscribeAsync("gw/+/up/reported", { qos: 1 });
    return null;
  },
});

/** A call that fails leaves its message uncounted: the run then does not end well. */
async function handle(broker: ServiceBroker, topic: string, payload: Buffer): Promise<void> {
  const { state } = JSON.parse(payload.toString()) as Pick<UpdateParams, "state">;
  await broker.call("twins.update", { gatewayId: topic.split("/")[1] ?? "", state } satisfies UpdateParams);
  completed();
}
