import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { freePort } from "../../scripts/servers/free-port.ts";
import { hasEnded, pidOf, spawnTracked, stopChild } from "../children.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { RestClient } from "./rest-client.ts";

const HOST = "127.0.0.1";
const READY_MS = 60_000;
export const root = fileURLToPath(new URL("../..", import.meta.url));
/** What `npm start` gives to node. */
export const START = manifest.scripts.start.split(" ").slice(1);

type ProductProcess = {
  pid: number;
  httpPort: number;
  mqttPort: number;
  /** Of the first administrator, who is not rate limited. */
  token: string;
  rest: RestClient;
  stop: () => Promise<void>;
};

/** On a folder of its own, or on the given one, which the caller then keeps. */
export async function startProduct(dataDir?: string, more: NodeJS.ProcessEnv = {}): Promise<ProductProcess> {
  const folder = dataDir === undefined ? await temporaryFolder() : { path: dataDir, remove: async () => {} };
  const [httpPort, mqttPort] = [await freePort(HOST), await freePort(HOST)];
  const token = randomBytes(24).toString("hex");
  const child = spawnTracked(process.execPath, START, {
    cwd: root,
    env: { ...environmentOf(httpPort, mqttPort, folder.path, token), ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = tailOf(child);
  const rest = new RestClient(httpPort, token);
  const stop = async () => {
    rest.close();
    await stopChild(child);
    await folder.remove();
  };
  try {
    await ready(child, rest);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}; its last output: ${output().trim() || "none"}`);
  }
  return { pid: pidOf(child), httpPort, mqttPort, token, rest, stop };
}

/** Nothing else of the caller's environment: a DATABASE_URL left set would change what is measured. */
function environmentOf(
  httpPort: number,
  mqttPort: number,
  dataFolder: string,
  token: string,
): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HTTP_PORT: String(httpPort),
    MQTT_PORT: String(mqttPort),
    DATA_DIR: dataFolder,
    ADMIN_TOKEN: token,
    LOG_LEVEL: "warn",
  };
}

async function ready(child: ChildProcess, rest: RestClient): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (!(await answersReady(rest))) {
    if (hasEnded(child)) throw new Error(`the product ended (${child.signalCode ?? child.exitCode})`);
    if (Date.now() > deadline) throw new Error("the product was not ready in time");
    await sleep(20);
  }
}

async function answersReady(rest: RestClient): Promise<boolean> {
  const answer = await rest.send("GET", "/readyz").catch(() => undefined);
  return answer?.status === 200;
}

export function tailOf(child: ChildProcess): () => string {
  let tail = "";
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-1_500);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => tail;
}
