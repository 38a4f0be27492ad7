import { parseArgs } from "node:util";

export interface Options {
  readonly gateways: number;
  readonly seconds: number;
  readonly rate: number;
  readonly patchRate: number;
  readonly dropRate: number;
  readonly heartbeat: number;
  readonly seed: number;
  readonly connectRate: number;
  readonly settle: number;
  readonly keep: boolean;
  readonly help: boolean;
  readonly replay: string | undefined;
  readonly speed: number;
  readonly mqttUrl: string;
  readonly apiUrl: string;
  readonly adminToken: string;
}

/** A wrong option or variable; its message is one line that names it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `npm run simulate -- [options]      MQTT_URL, API_URL and ADMIN_TOKEN say where

  --gateways N      how many gateways (10)
  --seconds S       length of the active phase (30)
  --rate R          reports per gateway and second (0.2)
  --patch-rate R    desired patches per second over the fleet (1; 0 with --replay)
  --drop-rate R     link losses per gateway and minute (0.5; 0 with --replay)
  --heartbeat S     seconds between a gateway's heartbeats (30; 0 for none)
  --connect-rate R  connects per second (200)
  --settle S        how long to wait for convergence at the end (30)
  --seed N          repeats a run (random, printed at the start)
  --keep            leave the gateways in place
  --replay FILE     play recorded readings (NDJSON) instead of made-up ones
  --speed X         of the replay: 1 as recorded (1), 0 as fast as acknowledged`;

const FLAGS = {
  gateways: { type: "string" },
  seconds: { type: "string" },
  rate: { type: "string" },
  "patch-rate": { type: "string" },
  "drop-rate": { type: "string" },
  heartbeat: { type: "string" },
  "connect-rate": { type: "string" },
  settle: { type: "string" },
  seed: { type: "string" },
  speed: { type: "string" },
  replay: { type: "string" },
  keep: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const given = readFlags(args);
  const help = given.help ?? false;
  const restless = given.replay === undefined;
  return {
    gateways: count("--gateways", given.gateways, 10, 1, 100_000),
    seconds: amount("--seconds", given.seconds, 30, 86_400),
    rate: amount("--rate", given.rate, 0.2, 1000),
    patchRate: amount("--patch-rate", given["patch-rate"], restless ? 1 : 0, 10_000),
    dropRate: amount("--drop-rate", given["drop-rate"], restless ? 0.5 : 0, 600),
    heartbeat: amount("--heartbeat", given.heartbeat, 30, 86_400),
    connectRate: count("--connect-rate", given["connect-rate"], 200, 1, 100_000),
    settle: amount("--settle", given.settle, 30, 3600),
    seed: count("--seed", given.seed, Math.floor(Math.random() * 1e6), 0, 2 ** 32 - 1),
    speed: amount("--speed", given.speed, 1, 1e9),
    keep: given.keep ?? false,
    help,
    replay: given.replay,
    mqttUrl: url("MQTT_URL", env.MQTT_URL, "mqtt://127.0.0.1:1883", /^(mqtts?|tcp|ssl|tls|wss?):$/),
    apiUrl: url("API_URL", env.API_URL, "http://127.0.0.1:3000", /^https?:$/),
    adminToken: help ? "" : token(env.ADMIN_TOKEN),
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: false }).values;
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split("\n");
    throw new UsageError(line);
  }
}

function amount(name: string, text: string | undefined, fallback: number, max: number): number {
  if (text === undefined) return fallback;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0 && value <= max) return value;
  throw new UsageError(`${name} must be a number from 0 to ${max}, got "${text}"`);
}

function count(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}, got "${text}"`);
}

function url(name: string, text: string | undefined, fallback: string, protocols: RegExp): string {
  const value = text || fallback;
  if (URL.canParse(value) && protocols.test(new URL(value).protocol)) return value.replace(/\/+$/, "");
  throw new UsageError(`${name} is no usable address: "${value}"`);
}

function token(value: string | undefined): string {
  if (value) return value;
  throw new UsageError("ADMIN_TOKEN is not set: it is the admin key of the API that creates the gateways");
}
