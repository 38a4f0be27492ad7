import { DEFAULT_LIMITS } from "../actors/contracts/limits.ts";
import { mqttBridgeService } from "../services/edge/mqtt-bridge/mqtt-bridge.service.ts";
import { mqttFrontService } from "../services/edge/mqtt-front/mqtt-front.service.ts";
import { certificates } from "./certificates.ts";
import type { Ways } from "./core.ts";
import type { Parts } from "./parts.ts";
import { sharedCounters } from "./shared-cache.ts";

/** Where gateways' messages come in. */
export function edge({ env, node, shared, metrics: counters, logs, spans }: Parts, ways: Ways) {
  const common = { ...ways, limits: DEFAULT_LIMITS, clock: Date.now, counters, spans };
  return {
    "mqtt-front": () =>
      mqttFrontService({
        ...common,
        host: env.MQTT_HOST,
        port: env.MQTT_PORT || 0,
        certificates: certificates(env, "mqtt", { log: logs.named("certificates"), counters }),
        attempts: sharedCounters(shared),
      }),
    "mqtt-bridge": () =>
      mqttBridgeService({
        ...common,
        url: env.MQTT_BROKER_URL,
        prefix: `${env.NAMESPACE}-`,
        slots: env.MQTT_BROKER_SLOTS,
        node: node.ownership,
      }).schema,
  };
}
