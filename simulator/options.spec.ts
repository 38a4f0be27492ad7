import { expect, test } from "vitest";
import { parseOptions, UsageError } from "./options.ts";

const env = { ADMIN_TOKEN: "secret" };

test("defaults", () => {
  const { seed, ...options } = parseOptions([], env);
  expect(Number.isInteger(seed)).toBe(true);
  expect(options).toEqual({
    gateways: 10,
    seconds: 30,
    rate: 0.2,
    patchRate: 1,
    dropRate: 0.5,
    heartbeat: 30,
    settle: 30,
    connectRate: 200,
    keep: false,
    help: false,
    replay: undefined,
    speed: 1,
    mqttUrl: "mqtt://127.0.0.1:1883",
    apiUrl: "http://127.0.0.1:3000",
    adminToken: "secret",
  });
});

test("every option and variable is taken", () => {
  const args =
    "--gateways 3 --seconds 1.5 --rate 0 --patch-rate 4 --drop-rate 2 --settle 9 --heartbeat 5 --connect-rate 50 --seed 7 --keep";
  const given = { ...env, MQTT_URL: "mqtts://broker:8883", API_URL: "https://api.test/" };
  expect(parseOptions(args.split(" "), given)).toMatchObject({
    gateways: 3,
    seconds: 1.5,
    rate: 0,
    patchRate: 4,
    dropRate: 2,
    settle: 9,
    heartbeat: 5,
    connectRate: 50,
    seed: 7,
    keep: true,
    mqttUrl: "mqtts://broker:8883",
    apiUrl: "https://api.test",
  });
});

test("a replay is left in peace unless told otherwise", () => {
  expect(parseOptions(["--replay", "f"], env)).toMatchObject({ patchRate: 0, dropRate: 0, replay: "f" });
  expect(parseOptions(["--replay", "f", "--drop-rate", "2"], env)).toMatchObject({
    patchRate: 0,
    dropRate: 2,
  });
});

test("help needs no token", () => {
  expect(parseOptions(["--help"], {}).help).toBe(true);
});

test.each([
  [["--gateways", "0"], env, "--gateways"],
  [["--gateways", "2.5"], env, "--gateways"],
  [["--rate", "fast"], env, "--rate"],
  [["--rate", ""], env, "--rate"],
  [["--rate=-1"], env, "--rate"],
  [["--rate", "-1"], env, "--rate"],
  [["--seconds", "Infinity"], env, "--seconds"],
  [["--seed", "4294967296"], env, "--seed"],
  [["--speed"], env, "--speed"],
  [["--bogus"], env, "--bogus"],
  [["stray"], env, "stray"],
  [[], {}, "ADMIN_TOKEN"],
  [[], { ...env, MQTT_URL: "http://x" }, "MQTT_URL"],
  [[], { ...env, API_URL: "localhost" }, "API_URL"],
])("%j is refused with one line that names it", (args, variables, name) => {
  const parse = () => parseOptions(args, variables);
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(new RegExp(`^[^\\n]*${name}[^\\n]*$`));
});
