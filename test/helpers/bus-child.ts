import { connectNats } from "../../stores/nats/connection.ts";
import { JetStreamBus } from "../../stores/nats/jetstream-bus.ts";

/** An instance of a group that does its work, says so to its parent, and never comes to acknowledge it. */
const [url = "", namespace = "", group = "", ackWaitMs = ""] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const connection = await connectNats(url, { name: "child", log });
const bus = new JetStreamBus({
  connection,
  namespace,
  log,
  clock: Date.now,
  isTransient: () => true,
  maxBytes: 64 * 1024 ** 2,
  ackWaitMs: Number(ackWaitMs),
});
bus.subscribe({
  group,
  handle: ({ sequence, rows }) => {
    process.send?.({ sequence, positions: rows.map(({ pos }) => pos) });
    return new Promise(() => undefined);
  },
});
await bus.start();
process.send?.("started");
