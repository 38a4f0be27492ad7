import { hostname } from "node:os";
import { cleanEnv, EnvError, host, makeValidator, port, str } from "envalid";
import { isRoleOrService, parseRoles } from "./services/roles.ts";

/** A port number, or empty: do not listen. */
const optionalPort = makeValidator<number | false>((text) => {
  if (text === "") return false;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new EnvError("not a port number, nor empty");
});

const roles = makeValidator<readonly string[]>((text) => {
  const names = parseRoles(text);
  const unknown = names.find((name) => !isRoleOrService(name));
  if (unknown === undefined && names.length > 0) return names;
  throw new EnvError(`'${unknown ?? ""}' is neither a role nor a service`);
});

/** The address of a server; empty: that part runs embedded. */
const serverUrl = (...protocols: string[]) =>
  makeValidator<string>((text) => {
    if (text === "") return text;
    const url = URL.parse(text);
    if (url && protocols.includes(url.protocol.slice(0, -1)) && url.hostname !== "") return text;
    throw new EnvError(`not an address like ${protocols[0]}://host:port`);
  })({ default: "" });

/** A whole number within these. */
const count = (least: number, most: number) =>
  makeValidator<number>((text) => {
    const number = Number(text);
    if (text.trim() !== "" && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new EnvError(`a whole number from ${least} to ${most} is needed`);
  });

const perMinute = count(1, 100_000);

const share = makeValidator<number>((text) => {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number <= 1) return number;
  throw new EnvError("a number from 0 to 1 is needed");
});

const namespace = makeValidator<string>((text) => {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text;
  throw new EnvError("1 to 32 lower-case letters, digits and hyphens are possible");
});

/** It stands in subjects of NATS and in paths. */
const nodeId = makeValidator<string>((text) => {
  if (/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/.test(text)) return text;
  throw new EnvError("1 to 128 letters, digits, '_', '.', ':' and '-' are possible");
});

/** What a caller can send as bearer token; empty: not chosen. The message does not repeat it. */
const token = makeValidator<string>((text) => {
  if (/^[\x21-\x7e]{0,1024}$/.test(text)) return text;
  throw new EnvError("at most 1024 printable ASCII characters without blanks are possible");
});

/** What browsers send as Origin, with commas between. */
const origins = makeValidator<readonly string[]>((text) => {
  const list = text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const wrong = list.find((each) => !isOrigin(each));
  if (wrong === undefined) return list;
  throw new EnvError(`'${wrong}' is not an origin like https://console.example.com`);
});

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return (url?.protocol === "http:" || url?.protocol === "https:") && url.origin === text;
}

const SPECS = {
  HTTP_PORT: port({ default: 3000 }),
  HTTP_HOST: host({ default: "127.0.0.1" }),
  HTTP_TLS_CERT: str({ default: "" }),
  HTTP_TLS_KEY: str({ default: "" }),
  HTTP_TLS_CA: str({ default: "" }),
  CORS_ORIGINS: origins({ default: [] }),
  MQTT_PORT: optionalPort({ default: 1883 }),
  MQTT_HOST: host({ default: "127.0.0.1" }),
  MQTT_TLS_CERT: str({ default: "" }),
  MQTT_TLS_KEY: str({ default: "" }),
  MQTT_TLS_CA: str({ default: "" }),
  DATA_DIR: str({ default: "./data" }),
  DATABASE_URL: serverUrl("mysql", "mariadb"),
  NATS_URL: serverUrl("nats"),
  REDIS_URL: serverUrl("redis", "rediss"),
  MQTT_BROKER_URL: serverUrl("mqtt", "mqtts"),
  MQTT_BROKER_SLOTS: count(1, 64)({ default: 1 }),
  NAMESPACE: namespace({ default: "gateway-twin" }),
  RATE_LIMIT_READS: perMinute({ default: 600 }),
  RATE_LIMIT_WRITES: perMinute({ default: 120 }),
  RATE_LIMIT_CAMERA: perMinute({ default: 30 }),
  PUBLIC_URL: serverUrl("http", "https"),
  JAEGER_URL: serverUrl("http", "https"),
  TRACE_SAMPLE_RATE: share({ default: 0.01 }),
  AUDIT_DAYS: count(1, 36_500)({ default: 90 }),
  AUDIT_MAX_LOGS: count(1000, 1_000_000_000)({ default: 5_000_000 }),
  TRUSTED_PROXIES: count(0, 16)({ default: 0 }),
  WATCHDOG: str({ choices: ["on", "off"], default: "on" }),
  WATCHDOG_CPU_PERCENT: count(0, 100)({ default: 95 }),
  WATCHDOG_MEMORY_PERCENT: count(0, 100)({ default: 90 }),
  WATCHDOG_LAG_MS: count(0, 60_000)({ default: 200 }),
  WATCHDOG_AFTER_SECONDS: count(1, 3600)({ default: 30 }),
  WATCHDOG_COOLDOWN_SECONDS: count(1, 604_800)({ default: 3600 }),
  PROFILES_MAX_FILES: count(1, 1000)({ default: 20 }),
  PROFILES_MAX_MB: count(1, 10_000)({ default: 100 }),
  ROLES: roles({ default: ["all"] }),
  NODE_ID: nodeId({ default: `${hostname()}-${process.pid}` }),
  ADMIN_TOKEN: token({ default: "" }),
  LOG_LEVEL: str({ choices: ["trace", "debug", "info", "warn", "error", "fatal"], default: "info" }),
  LOG_FORMAT: str({ choices: ["pretty", "ecs"], default: process.stdout.isTTY ? "pretty" : "ecs" }),
};

export type Environment = ReturnType<typeof parseEnvironment>;

/** Variables of the contract whose drivers are not built yet: setting one must not pass unnoticed. */
const NOT_YET = ["INFLUX_URL", "SMTP_URL"];

/** The whole environment, checked. Throws an error whose message is one line that names the variable. */
export function parseEnvironment(variables: NodeJS.ProcessEnv) {
  const early = NOT_YET.find((name) => variables[name]);
  if (early) throw new Error(`${early}: this version does not use it yet; unset it`);
  const parsed = cleanEnv(variables, SPECS, { reporter: firstProblem });
  if (parsed.NATS_URL && !parsed.DATABASE_URL)
    throw new Error("NATS_URL: several nodes need one database; set DATABASE_URL too");
  requireTogether(parsed, "HTTP_TLS");
  requireTogether(parsed, "MQTT_TLS");
  return Object.freeze({ ...parsed });
}

type TlsVariable = `${"HTTP" | "MQTT"}_TLS_${"CERT" | "KEY" | "CA"}`;

/** A certificate without its key, or a CA alone, would leave a listener open that was meant to be closed. */
function requireTogether(parsed: Readonly<Record<TlsVariable, string>>, tls: "HTTP_TLS" | "MQTT_TLS"): void {
  const names = [`${tls}_CERT`, `${tls}_KEY`, `${tls}_CA`] as const;
  const given = names.find((name) => parsed[name] !== "");
  const missing = names.slice(0, 2).find((name) => parsed[name] === "");
  if (given && missing) throw new Error(`${missing}: ${given} needs it too`);
}

function firstProblem({ errors }: { errors: Partial<Record<string, Error>> }): void {
  const [name, error] = Object.entries(errors)[0] ?? [];
  if (name && error) throw new Error(`${name}: ${error.message}`);
}
