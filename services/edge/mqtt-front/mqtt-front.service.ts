import { randomBytes } from "node:crypto";
import type { Service, ServiceSchema } from "moleculer";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { Clock } from "../../../actors/runtime/ports.ts";
import { call, events } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { hashPassword, RANDOM_SECRET_COST, verifyPassword } from "../../../mixins/password.ts";
import { Front } from "./front.ts";
import { FRONT_SETTINGS, type FrontSettings } from "./settings.ts";

type MqttFrontOptions = {
  readonly host: string;
  readonly port: number;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly settings?: Partial<FrontSettings>;
};

/** Where gateways connect: MQTT 3.1.1 over TCP. A message is acknowledged after the commit of what it changed. */
export function mqttFrontService({ host, port, ...options }: MqttFrontOptions): ServiceSchema {
  const settings = { ...FRONT_SETTINGS, ...options.settings };
  let front: Front | undefined;

  async function start({ broker, logger }: Pick<Service, "broker" | "logger">): Promise<void> {
    const started = new Front({
      ...options,
      settings,
      address: { host, port },
      log: logger,
      dummyHash: await hashPassword(randomBytes(32).toString("hex"), RANDOM_SECRET_COST),
      verify: verifyPassword,
      passwordHash: async (gatewayId) => {
        const timeout = settings.passwordHashTimeoutMs;
        return (await call(broker, "gateways.passwordHash", { gatewayId }, { timeout })).hash;
      },
      ingest: (messages) => call(broker, "twins.ingest", { messages }, { timeout: settings.ingestTimeoutMs }),
    });
    await started.start();
    front = started;
  }

  return {
    name: "mqtt-front",
    dependencies: ["gateways", "twins"],
    events: events({
      "gateways.credentialsRevoked": ({ gatewayId }) => front?.revoke(gatewayId),
      "downlink.send": ({ gatewayId, topic, payload }) => front?.send(gatewayId, topic, payload),
    }),
    started() {
      return start(this);
    },
    async stopped() {
      await front?.stop();
      front = undefined;
    },
  };
}
