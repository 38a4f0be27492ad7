import { connectAsync, type IPublishPacket } from "mqtt";
import { serve } from "../ipc.ts";
import type { StoredTwin } from "../verify.ts";
import { completed } from "./completions.ts";
import { openSqliteTwins, storedTwins, updateTwin } from "./twin-table.ts";

export type ConsumerCalls = {
  start: { params: { port: number; databaseFile: string; gatewayIds: string[] }; result: null };
  readTwins: { params: null; result: StoredTwin[] };
};

serve<ConsumerCalls>({
  async start({ port, databaseFile, gatewayIds }) {
    await openSqliteTwins(databaseFile, gatewayIds);
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      clientId: "consumer",
      protocolVersion: 4,
    });
    client.handleMessage = (packet, done) => {
      update(packet).then(() => {
        done();
        completed();
      }, done);
    };
    await client.subscribeAsync("gw/+/up/reported", { qos: 1 });
    return null;
  },
  readTwins: storedTwins,
});

async function update(packet: IPublishPacket): Promise<void> {
  const message = JSON.parse(packet.payload.toString()) as { state: Record<string, unknown> };
  await updateTwin(packet.topic.split("/")[1] ?? "", message.state);
}
