import { connect, type Msg, type NatsError } from "nats";
import type { DeliveredRow } from "../../actors/runtime/ports.ts";
import { serve } from "../ipc.ts";
import { completed } from "./completions.ts";
import { type Takeover, Takeovers } from "./takeovers.ts";

export type CommitWatchCalls = {
  start: { params: { natsUrl: string; subjects: string[] }; result: null };
  /** From now on the rows are looked into. */
  record: { params: null; result: null };
  takeovers: { params: null; result: Takeover[] };
};

/** Each change names its actor once, and payloads do not use the word. */
const MARK = Buffer.from('"actorId":');

let takeovers: Takeovers | undefined;

/** Hears each committed row when it is published on the event bus: after the commit, so never too early. */
serve<CommitWatchCalls>({
  async start({ natsUrl, subjects }) {
    const connection = await connect({ servers: natsUrl });
    const callback = (_error: NatsError | null, { data }: Msg) => receive(data);
    for (const subject of subjects) connection.subscribe(subject, { callback });
    await connection.flush();
    return null;
  },
  record() {
    takeovers = new Takeovers();
    return null;
  },
  takeovers() {
    const found = takeovers?.found() ?? [];
    takeovers = undefined;
    return found;
  },
});

function receive(data: Uint8Array): void {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  completed(changesIn(bytes));
  if (takeovers === undefined) return;
  const arrivedAt = Date.now();
  for (const row of JSON.parse(bytes.toString()) as DeliveredRow[]) takeovers.add(row, arrivedAt);
}

function changesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + MARK.length)) count++;
  return count;
}
