import { connectAsync } from "mqtt";
import { serve } from "../ipc.ts";
import { completed } from "./completions.ts";

export type FloorCalls = { start: { params: { url: string }; result: null } };

serve<FloorCalls>({
  async start({ url }) {
    const client = await connectAsync(url, { clientId: "consumer", protocolVersion: 4 });
    client.on("message", () => completed());
    await client.subscribeAsync("gw/+/up/reported", { qos: 1 });
    return null;
  },
});
