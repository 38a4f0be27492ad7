import { randomBytes } from "node:crypto";
import type { Service, ServiceBroker, ServiceSchema } from "moleculer";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { SharedCounters } from "../../../actors/runtime/cache.ts";
import type { Clock, Log } from "../../../actors/runtime/ports.ts";
import { actions, broadcast, call, events } from "../../../mixins/bridge.ts";
import type { Counters, Metrics } from "../../../mixins/counters.ts";
import { logTo } from "../../../mixins/logs/log-to.ts";
import { hashPassword, RANDOM_SECRET_COST, verifyPassword } from "../../../mixins/password.ts";
import type { Certificates } from "../../../mixins/tls-certificates.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import { answersOver } from "../answers/answer-call.ts";
import type { CommandRoutes } from "../answers/command-routes.ts";
import type { SendBatch } from "../ingest/ingest-batcher.ts";
import type { TwinRoutes } from "../ingest/twin-routes.ts";
import { signalsOver } from "../signals/presence-call.ts";
import { NO_PRESENCE, type PresenceRoutes } from "../signals/presence-routes.ts";
import type { Announce } from "./announcer.ts";
import { Front } from "./front.ts";
import { FRONT_SETTINGS, type FrontSettings } from "./settings.ts";

type MqttFrontOptions = {
  readonly host: string;
  readonly port: number;
  /** With them it speaks TLS and nothing else. */
  readonly certificates?: Certificates | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters & Partial<Metrics>;
  readonly routes: TwinRoutes;
  readonly presence?: PresenceRoutes;
  /** Not given: nobody takes answers to commands. */
  readonly commands?: CommandRoutes;
  /** Of passwords per gateway; what all fronts share is limited together. It never rejects. */
  readonly attempts: SharedCounters;
  readonly settings?: Partial<FrontSettings>;
  readonly spans?: Spans | undefined;
};

/**
 * Where gateways connect: MQTT 3.1.1 over TCP or TLS. A message is acknowledged after the commit of what it changed. Any
 * number of fronts may stand behind a TCP balancer; twins need not be here, nor have an owner, for it to listen.
 * Presence is told of connections, and is never waited for.
 */
export function mqttFrontService(given: MqttFrontOptions): ServiceSchema {
  const { host, port, certificates, routes, presence = NO_PRESENCE, commands, ...options } = given;
  const settings = { ...FRONT_SETTINGS, ...options.settings };
  let front: Front | undefined;
  let listening: (() => void)[] = [];

  async function start({ broker, logger }: Pick<Service, "broker" | "logger">): Promise<void> {
    const started = new Front({
      ...options,
      settings,
      address: { host, port, certificates },
      log: logTo(logger),
      dummyHash: await hashPassword(randomBytes(32).toString("hex"), RANDOM_SECRET_COST),
      verify: verifyPassword,
      passwordHash: async (gatewayId) => {
        const timeout = settings.passwordHashTimeoutMs;
        return (await call(broker, "gateways.passwordHash", { gatewayId }, { timeout })).hash;
      },
      nodeId: broker.nodeID,
      ownerOf: routes.ownerOf,
      learn: routes.learn,
      ingest: ingestOver(broker, settings.ingestTimeoutMs),
      presence,
      signal: signalsOver(broker, "mqtt-front", settings.signals.ingestTimeoutMs),
      commands: commands && {
        routes: commands,
        send: answersOver(broker, "mqtt-front", settings.ingestTimeoutMs),
      },
      announce: announceOver(broker, logTo(logger)),
    });
    await started.start();
    listening = [
      routes.onChange(() => started.rerouted()),
      presence.onChange(() => started.presenceRerouted()),
      ...(commands ? [commands.onChange(() => started.commandsRerouted())] : []),
    ];
    front = started;
  }

  return {
    name: "mqtt-front",
    dependencies: ["gateways"],
    actions: actions("mqtt-front", {
      deliver: ({ messages }) => ({ missing: front?.deliver(messages) ?? [...messages.keys()] }),
    }),
    events: events({
      "gateways.credentialsRevoked": ({ gatewayId }) => front?.revoke(gatewayId),
      "downlink.send": ({ messages }) => void front?.deliver(messages),
      "edge.connected": ({ nodeId, links }) => front?.connectedAt(nodeId, links),
    }),
    started() {
      return start(this);
    },
    async stopped() {
      for (const stopListening of listening) stopListening();
      await front?.stop();
      front = undefined;
    },
  };
}

/** After the timeout the batch goes to whoever owns it then: the twins recognise a copy. */
function ingestOver(broker: ServiceBroker, timeout: number): SendBatch {
  return (owner, messages) =>
    call(broker, "twins.ingest", { edge: "mqtt-front", messages }, { nodeID: owner, timeout });
}

/** Without a transporter there is no other front. */
function announceOver(broker: ServiceBroker, log: Log): Announce | null {
  if (!broker.options.transporter) return null;
  const { nodeID: nodeId } = broker;
  return (links) => {
    broadcast(broker, "edge.connected", { nodeId, links: [...links] }).catch((error: Error) =>
      log.warn("new connections could not be told to the other fronts", { error }),
    );
  };
}
