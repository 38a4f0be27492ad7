import { connectAsync, type IPublishPacket } from "mqtt";
import { notify, serve } from "../ipc.ts";
import type { StoredTwin } from "../verify.ts";
import { mergePatch } from "./merge-patch.ts";
import { openTwinTable, TwinRow } from "./twin-table.ts";

export type ConsumerCalls = {
  start: { params: { port: number; databaseFile: string; gatewayIds: string[] }; result: null };
  readTwins: { params: null; result: StoredTwin[] };
};
export type CompletedNote = { completed: number };

const NOTE_EVERY_MS = 2;
let unnoted = 0;

serve<ConsumerCalls>({
  async start({ port, databaseFile, gatewayIds }) {
    await openTwinTable(databaseFile, gatewayIds);
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      clientId: "consumer",
      protocolVersion: 4,
    });
    client.handleMessage = (packet, done) => {
      update(packet).then(() => completed(done), done);
    };
    await client.subscribeAsync("gw/+/up/reported", { qos: 1 });
    return null;
  },
  async readTwins() {
    const rows = await TwinRow.findAll();
    return rows.map(({ gatewayId, version, state }) => ({
      gatewayId,
      version,
      counter: Number(state.counter),
    }));
  },
});

async function update(packet: IPublishPacket): Promise<void> {
  const message = JSON.parse(packet.payload.toString()) as { state: Record<string, unknown> };
  const row = await TwinRow.findByPk(packet.topic.split("/")[1] ?? "", { rejectOnEmpty: true });
  await row.update({ state: mergePatch(row.state, message.state), version: row.version + 1 });
}

/** Acknowledges, and tells the bench in small batches so that the credits cost next to nothing. */
function completed(acknowledge: () => void): void {
  acknowledge();
  if (unnoted++ === 0) setTimeout(noteCompleted, NOTE_EVERY_MS);
}

function noteCompleted(): void {
  notify({ completed: unnoted } satisfies CompletedNote);
  unnoted = 0;
}
