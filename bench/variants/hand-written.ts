import { join } from "node:path";
import { forkModule } from "../children.ts";
import type { CompletedNote } from "../servers/completions.ts";
import type { ConsumerCalls } from "../servers/hand-written-consumer.ts";
import type { RawBrokerCalls } from "../servers/raw-broker.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { gatewayIds, openCredentials, type RunningVariant, type Variant } from "./variant.ts";

export function handWritten(gateways: number, window: number, inFlight: number): Variant {
  return {
    kind: "handWritten",
    title: `(b) hand-written, ${gateways}`,
    gateways,
    ackPoint:
      "mqtt.js subscriber on an aedes broker in its own process; it acknowledges to the broker after its Sequelize " +
      "update. The broker's own PUBACK to the gateway comes before that, so a message counts when the consumer has " +
      "stored it, and the credits come from the consumer",
    syncPolicy: "SQLite WAL, synchronous=FULL, one transaction per message",
    creditsFrom: "consumer",
    window,
    inFlight,
    start: () => start(gateways),
  };
}

async function start(gateways: number): Promise<RunningVariant> {
  const folder = await temporaryFolder();
  const ids = gatewayIds(gateways);
  const broker = forkModule<RawBrokerCalls>("./servers/raw-broker.ts", "broker of the hand-written way");
  const consumer = forkModule<ConsumerCalls>("./servers/hand-written-consumer.ts", "hand-written consumer");
  const { port } = await broker.peer.call("listen", null);
  const databaseFile = join(folder.path, "twins.sqlite");
  await consumer.peer.call("start", { port, databaseFile, gatewayIds: ids });
  return {
    port,
    serverPids: [broker.pid, consumer.pid],
    gateways: openCredentials(ids),
    onCompleted: (listener) => consumer.peer.onNote((note) => listener((note as CompletedNote).completed)),
    readTwins: () => consumer.peer.call("readTwins", null),
    stop: async () => {
      await Promise.all([consumer.stop(), broker.stop()]);
      await folder.remove();
    },
  };
}
