import { expect, test } from "vitest";
import { parseEnvironment } from "../../env.ts";

test("every variable has a default that works", () => {
  expect(parseEnvironment({})).toMatchObject({
    HTTP_PORT: 3000,
    HTTP_HOST: "127.0.0.1",
    MQTT_PORT: 1883,
    MQTT_HOST: "127.0.0.1",
    DATA_DIR: "./data",
    ROLES: ["all"],
    LOG_LEVEL: "info",
  });
});

test("an empty MQTT_PORT means no front", () => {
  expect(parseEnvironment({ MQTT_PORT: "" }).MQTT_PORT).toBe(false);
});

test("roles and single services may be mixed", () => {
  expect(parseEnvironment({ ROLES: "core, bff,mqtt-front" }).ROLES).toEqual(["core", "bff", "mqtt-front"]);
});

test.each([
  ["HTTP_PORT", "99999"],
  ["HTTP_HOST", ""],
  ["MQTT_PORT", "mqtt"],
  ["ROLES", "core,cook"],
  ["ROLES", ""],
  ["LOG_LEVEL", "loud"],
  ["LOG_FORMAT", "xml"],
  ["NATS_URL", "127.0.0.1:4222"],
  ["NATS_URL", "nats://127.0.0.1:4222"],
  ["DATABASE_URL", "postgres://127.0.0.1/x"],
  ["REDIS_URL", "http://127.0.0.1:6379"],
  ["MQTT_BROKER_URL", "broker"],
  ["MQTT_BROKER_SLOTS", "0"],
  ["NAMESPACE", "my twins"],
  ["SMTP_URL", "smtp://127.0.0.1"],
])("a wrong %s (%s) is refused in one line that names it", (name, value) => {
  expect(() => parseEnvironment({ [name]: value })).toThrow(new RegExp(`^${name}: [^\\n]+$`));
});
