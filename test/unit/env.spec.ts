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

test("origins are taken as browsers write them", () => {
  const { CORS_ORIGINS } = parseEnvironment({ CORS_ORIGINS: "https://a.example, http://127.0.0.1:8080" });
  expect(CORS_ORIGINS).toEqual(["https://a.example", "http://127.0.0.1:8080"]);
  expect(parseEnvironment({ CORS_ORIGINS: "" }).CORS_ORIGINS).toEqual([]);
});

test.each([
  ["HTTP_TLS_KEY", { HTTP_TLS_CERT: "cert.pem" }],
  ["HTTP_TLS_CERT", { HTTP_TLS_KEY: "key.pem" }],
  ["MQTT_TLS_CERT", { MQTT_TLS_CA: "ca.pem" }],
])("%s is asked for when its listener shall speak TLS", (name, variables) => {
  expect(() => parseEnvironment(variables)).toThrow(new RegExp(`^${name}: [A-Z_]+ needs it too$`));
});

test.each([
  ["HTTP_PORT", "99999"],
  ["HTTP_HOST", ""],
  ["MQTT_PORT", "mqtt"],
  ["MQTT_PORT", " "],
  ["MQTT_PORT", "0x75b"],
  ["NODE_ID", ""],
  ["NODE_ID", "node *"],
  ["ADMIN_TOKEN", "two words"],
  ["ADMIN_TOKEN", "schlüssel"],
  ["ADMIN_TOKEN", "x".repeat(1025)],
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
  ["CORS_ORIGINS", "*"],
  ["CORS_ORIGINS", "null"],
  ["CORS_ORIGINS", "https://a.example/"],
  ["CORS_ORIGINS", "https://a.example,b.example"],
  ["CORS_ORIGINS", "https://user:password@a.example"],
  ["SMTP_URL", "smtp://127.0.0.1"],
])("a wrong %s (%s) is refused in one line that names it", (name, value) => {
  expect(() => parseEnvironment({ [name]: value })).toThrow(new RegExp(`^${name}: [^\\n]+$`));
});

test.each(["DATABASE_URL", "NATS_URL", "REDIS_URL", "MQTT_BROKER_URL"])(
  "a wrong %s is refused without its password",
  (name) => {
    for (const url of [
      "wrong://me:S3cret@127.0.0.1",
      "me:S3cret",
      "//me:S3cret@host",
      "wrong://me:S3cret@:x",
    ]) {
      expect(() => parseEnvironment({ [name]: url })).toThrow(new RegExp(`^${name}: `));
      expect(() => parseEnvironment({ [name]: url })).not.toThrow(/S3cret/);
    }
  },
);
