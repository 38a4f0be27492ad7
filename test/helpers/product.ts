import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "../../scripts/servers/free-port.ts";
import { endsWithUs } from "../../scripts/servers/guard.ts";
import { keep, keepSecret, keepSecretsOf } from "./kept-output.ts";
import { waitFor } from "./wait-for.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

export type Product = {
  readonly httpUrl: string;
  readonly mqttUrl: string;
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly token: string;
  readonly child: ChildProcess;
  /** Everything it wrote, for messages about failures. */
  readonly output: () => string;
  readonly request: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
};

export type Answer = { readonly status: number; readonly body: unknown; readonly headers: Headers };

const HOST = "127.0.0.1";

type ProductOptions = {
  readonly dataDir: string;
  readonly env?: Record<string, string>;
  readonly httpPort?: number;
  readonly mqttPort?: number;
};

/** `npm start` without its setup step, in a process of its own, ready to serve. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const product = await spawnProduct(options);
  await waitFor(
    `the product to be ready; it wrote: ${product.output()}`,
    async () => {
      if (product.child.exitCode !== null) throw new Error(`the product ended: ${product.output()}`);
      const ready = await fetch(`${product.httpUrl}/readyz`).catch(() => undefined);
      return ready?.ok;
    },
    30_000,
  );
  return product;
}

/** The process alone, for tests of starts that fail. */
export async function spawnProduct({ dataDir, env = {}, ...ports }: ProductOptions): Promise<Product> {
  const httpPort = ports.httpPort ?? (await freePort(HOST));
  const mqttPort = ports.mqttPort ?? (await freePort(HOST));
  const token = "test-admin-token-0123456789abcdef";
  keepSecret(token);
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      HTTP_PORT: String(httpPort),
      MQTT_PORT: String(mqttPort),
      DATA_DIR: dataDir,
      ADMIN_TOKEN: token,
      LOG_LEVEL: "warn",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  void endsWithUs(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      keep(child.pid, chunk.toString());
    });
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  return {
    httpUrl,
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    mqttPort,
    httpPort,
    token,
    child,
    output: () => text,
    request: (method, path, body, headers = {}) => request(httpUrl, token, { method, path, body, headers }),
    kill: (signal) => end(child, signal),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
}

type Call = {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Record<string, string>;
};

async function request(
  httpUrl: string,
  token: string,
  { method, path, body, headers }: Call,
): Promise<Answer> {
  const sent = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(httpUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(sent !== undefined && { body: sent }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  keepSecretsOf(`${sent}\n${text}`);
  return {
    status: response.status,
    body: text === "" ? undefined : JSON.parse(text),
    headers: response.headers,
  };
}
