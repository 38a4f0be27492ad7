import type { Service, ServiceBroker, ServiceSchema } from "moleculer";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { PartitionHolder } from "../../../actors/runtime/holder.ts";
import type { Clock } from "../../../actors/runtime/ports.ts";
import { actions, call, events } from "../../../mixins/bridge.ts";
import type { Counters, Metrics } from "../../../mixins/counters.ts";
import { logTo } from "../../../mixins/logs/log-to.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import { answersOver } from "../answers/answer-call.ts";
import type { CommandRoutes } from "../answers/command-routes.ts";
import type { SendBatch } from "../ingest/ingest-batcher.ts";
import type { TwinRoutes } from "../ingest/twin-routes.ts";
import { signalsOver } from "../signals/presence-call.ts";
import { NO_PRESENCE, type PresenceRoutes } from "../signals/presence-routes.ts";
import { Bridge } from "./bridge.ts";
import type { MqttVersion } from "./dialer.ts";
import { BRIDGE_SETTINGS, type BridgeSettings } from "./settings.ts";

/** Gives partitions to what can hold them. */
type Node = {
  readonly serve: (holder: PartitionHolder) => Promise<void>;
  readonly retire: (holder: PartitionHolder) => Promise<void>;
};

type MqttBridgeOptions = {
  /** Of the broker: `mqtt://` or `mqtts://`, with `user:password@` where it wants it. */
  readonly url: string;
  /** Before all client ids, so that installations can share a broker. */
  readonly prefix?: string;
  /** Consumers in the whole installation, whatever the number of nodes; fixed at install. */
  readonly slots: number;
  readonly protocolVersion?: MqttVersion | "auto";
  readonly node: Node;
  readonly routes: TwinRoutes;
  readonly presence?: PresenceRoutes;
  /** Not given: nobody takes answers to commands. */
  readonly commands?: CommandRoutes;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters & Partial<Metrics>;
  readonly settings?: Partial<BridgeSettings>;
  readonly spans?: Spans | undefined;
};

type MqttBridge = {
  readonly schema: ServiceSchema;
  /** What does not work now; it does not make the node less ready. */
  readonly problems: () => string[];
};

/**
 * The way to gateways that are connected to an external broker. A message is acknowledged to the broker after the
 * commit of what it changed; any number of nodes may run this and share the slots.
 */
export function mqttBridgeService(given: MqttBridgeOptions): MqttBridge {
  const { node, routes, presence = NO_PRESENCE, commands, ...options } = given;
  const settings = { ...BRIDGE_SETTINGS, ...options.settings };
  let bridge: Bridge | undefined;
  let listening: (() => void)[] = [];

  async function start({ broker, logger }: Pick<Service, "broker" | "logger">): Promise<void> {
    const started = new Bridge({
      prefix: "",
      protocolVersion: "auto",
      ...options,
      settings,
      routes,
      log: logTo(logger),
      nodeId: broker.nodeID,
      ingest: ingestOver(broker, settings.ingestTimeoutMs),
      presence,
      signal: signalsOver(broker, "mqtt-bridge", settings.signals.ingestTimeoutMs),
      commands: commands && {
        routes: commands,
        send: answersOver(broker, "mqtt-bridge", settings.ingestTimeoutMs),
      },
      exists: (gatewayId) => isRegistered(broker, gatewayId, settings.lookupTimeoutMs),
    });
    bridge = started;
    started.start();
    listening = [
      routes.onChange(() => started.rerouted()),
      presence.onChange(() => started.presenceRerouted()),
      ...(commands ? [commands.onChange(() => started.commandsRerouted())] : []),
    ];
    await node.serve(started);
  }

  async function stop(): Promise<void> {
    if (!bridge) return;
    await node.retire(bridge);
    for (const stopListening of listening) stopListening();
    await bridge.stop();
    bridge = undefined;
  }

  const schema: ServiceSchema = {
    name: "mqtt-bridge",
    dependencies: ["gateways"],
    actions: actions("mqtt-bridge", {
      async deliver({ messages }) {
        if (!bridge) throw new DomainError("SERVICE_UNAVAILABLE", { service: "mqtt-bridge" });
        await bridge.deliver(messages);
        return { missing: [] };
      },
    }),
    events: events({
      "gateways.created": ({ gatewayIds }) => {
        for (const gatewayId of gatewayIds) bridge?.forget(gatewayId);
      },
      "gateways.credentialsRevoked": ({ gatewayId }) => bridge?.forget(gatewayId),
      "downlink.publish": ({ messages }) => bridge?.send(messages),
    }),
    started() {
      return start(this);
    },
    stopped: () => stop(),
  };
  return { schema, problems: () => bridge?.problems ?? [] };
}

/** After the timeout the batch goes to whoever owns it then: the twins recognise a copy. */
function ingestOver(broker: ServiceBroker, timeout: number): SendBatch {
  return (owner, messages) =>
    call(broker, "twins.ingest", { edge: "mqtt-bridge", messages }, { nodeID: owner, timeout });
}

async function isRegistered(broker: ServiceBroker, gatewayId: string, timeout: number): Promise<boolean> {
  try {
    await call(broker, "gateways.get", { gatewayId }, { timeout });
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.type === "GATEWAY_NOT_FOUND") return false;
    throw error;
  }
}
