import { ServiceBroker } from "moleculer";
import type { DownMessage } from "../../actors/contracts/edge.ts";
import type { JsonObject } from "../../actors/contracts/json.ts";
import type { PresenceSignal } from "../../actors/contracts/presence.ts";
import type { UpMessage } from "../../actors/contracts/twins.ts";
import { logsOf } from "../../application/log.ts";
import { parseEnvironment } from "../../env.ts";
import { actions, call, events } from "../../mixins/bridge.ts";
import { brokerOptions } from "../../moleculer.config.ts";
import { type Batchable, IngestBatcher, type SendBatch } from "../../services/edge/ingest/ingest-batcher.ts";
import { INGEST_SETTINGS } from "../../services/edge/ingest/settings.ts";
import type { TwinRoutes } from "../../services/edge/ingest/twin-routes.ts";
import { serve } from "../ipc.ts";
import type { StormEdgeCalls, StormTally } from "./commands.ts";
import { StormGateway } from "./gateway.ts";
import { PolledRoutes } from "./routes.ts";
import { wishAll } from "./wishes.ts";

/**
 * Stands in for a front where sockets run out: its gateways have no connections, but all behind them is as it is
 * behind a front, the batches to the owners of presence and twins, and what comes back.
 */
const SLICE_MS = 10;
const gateways = new Map<string, StormGateway>();
let [open, retries, peakRssBytes] = [0, 0, 0];
let settled: (() => void) | undefined;
let wish: (gatewayIds: readonly string[], patch: JsonObject) => Promise<void>;
let toTwins: IngestBatcher;
let toPresence: IngestBatcher<PresenceSignal, null>;

serve<StormEdgeCalls>({
  async start({ natsUrl, namespace, nodeId }) {
    const env = parseEnvironment({
      NATS_URL: natsUrl,
      DATABASE_URL: "mysql://unused",
      NAMESPACE: namespace,
      NODE_ID: nodeId,
      LOG_LEVEL: "warn",
    });
    const broker = new ServiceBroker(brokerOptions(env, logsOf(env)));
    broker.createService({
      name: "mqtt-front",
      actions: actions("mqtt-front", { deliver: ({ messages }) => ({ missing: deliver(messages) }) }),
      events: events({ "downlink.send": ({ messages }) => void deliver(messages) }),
    });
    await broker.start();
    await broker.waitForServices(["twins", "presence", "cluster"]);
    const routes = await PolledRoutes.open(broker, ["twin", "presence"]);
    const edge = "mqtt-front" as const;
    const timeout = INGEST_SETTINGS.ingestTimeoutMs;
    wish = (gatewayIds, patch) => wishAll(broker, routes.of("twin"), gatewayIds, patch);
    toTwins = batcher<UpMessage, readonly { topic: string; payload: string }[]>(
      routes.of("twin"),
      (nodeID, messages) => call(broker, "twins.ingest", { edge, messages }, { nodeID, timeout }),
    );
    toPresence = batcher<PresenceSignal, null>(routes.of("presence"), (nodeID, signals) =>
      call(broker, "presence.ingest", { edge, signals }, { nodeID, timeout }),
    );
    setInterval(() => {
      peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
    }, 100).unref();
    return null;
  },
  async wish({ gatewayIds, patch }) {
    await wish(gatewayIds, patch);
    return null;
  },
  async settle({ gatewayIds }) {
    for (const gatewayId of gatewayIds) gateways.set(gatewayId, new StormGateway(gatewayId));
    return comeBack(gatewayIds.length / 10);
  },
  async leave({ withinMs }) {
    await spread(withinMs, (gateway) => signal(gateway.closed()));
    await allSettled();
    return null;
  },
  comeBack: ({ withinMs }) => comeBack(withinMs),
});

async function comeBack(withinMs: number): Promise<StormTally> {
  const before = new Map(Array.from(gateways.values(), (gateway) => [gateway, gateway.configMessages]));
  [retries, peakRssBytes] = [0, 0];
  const start = performance.now();
  await spread(withinMs, (gateway) => {
    signal(gateway.opened());
    say(gateway.hello());
  });
  await allSettled();
  const told = [...before].filter(([gateway, count]) => gateway.configMessages > count);
  return {
    gateways: gateways.size,
    ms: performance.now() - start,
    configMessages: told.reduce((sum, [gateway, count]) => sum + gateway.configMessages - count, 0),
    told: told.map(([{ gatewayId }]) => gatewayId),
    retries,
    peakRssBytes,
  };
}

function batcher<Message extends Batchable, Reply>(
  { ownerOf, learn }: TwinRoutes,
  send: SendBatch<Message, Reply>,
): IngestBatcher<Message, Reply> {
  return new IngestBatcher<Message, Reply>({
    ownerOf,
    learn,
    send,
    settings: INGEST_SETTINGS,
    onRetry: (_reason, messages) => {
      retries += messages;
    },
    onRoom: () => undefined,
  });
}

/** So many each 10 ms, that all are through in time. */
async function spread(withinMs: number, act: (gateway: StormGateway) => void): Promise<void> {
  const all = [...gateways.values()];
  const start = performance.now();
  for (let done = 0; done < all.length; ) {
    const share = withinMs === 0 ? 1 : Math.min(1, (performance.now() - start + SLICE_MS) / withinMs);
    for (const due = Math.ceil(all.length * share); done < due; done += 1) act(all[done] as StormGateway);
    await new Promise((resolve) => setTimeout(resolve, SLICE_MS));
  }
}

function signal(message: PresenceSignal): void {
  open += 1;
  toPresence.submit({ message, isDropped: false, settle: close });
}

function say(message: UpMessage): void {
  open += 1;
  toTwins.submit({
    message,
    isDropped: false,
    settle: (outcome) => {
      if (outcome.ok)
        for (const { topic, payload } of outcome.reply ?? []) receive(message.gatewayId, topic, payload);
      close();
    },
  });
}

/** By index, those whose gateways are not here. */
function deliver(messages: readonly DownMessage[]): number[] {
  return messages.flatMap(({ gatewayId, topic, payload }, index) =>
    receive(gatewayId, topic, payload) ? [] : [index],
  );
}

function receive(gatewayId: string, topic: string, payload: string): boolean {
  const gateway = gateways.get(gatewayId);
  if (!gateway?.isHere) return false;
  const report = gateway.receive(topic, payload);
  if (report) say(report);
  return true;
}

function close(): void {
  open -= 1;
  if (open === 0) settled?.();
}

async function allSettled(): Promise<void> {
  if (open > 0) await new Promise<void>((resolve) => (settled = resolve));
  settled = undefined;
}
