import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker as Broker, type ServiceBroker, type ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { accessService } from "../../services/admin/access/access.service.ts";
import { type ApiOptions, apiService } from "../../services/bff/api.service.ts";
import { idempotencyStore } from "../../services/bff/idempotency-store.ts";
import { gatewaysService } from "../../services/core/gateways/gateways.service.ts";
import { openDatabase } from "../../stores/database.ts";

export const TOKEN = "test-admin-token-0123456789abcdef";

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: AnswerBody };
/** What the specs look at of an answer, whichever it is. */
export type AnswerBody = {
  readonly [name: string]: unknown;
  readonly error?: {
    readonly code: number;
    readonly status: string;
    readonly message: string;
    readonly details: Detail[];
  };
};
type Detail = {
  readonly "@type": string;
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly fieldViolations?: readonly { readonly field: string; readonly description: string }[];
};

export type RestHarness = {
  readonly broker: ServiceBroker;
  readonly sequelize: Sequelize;
  readonly port: number;
  readonly url: string;
  /** Mutable: what the services take for now. */
  readonly time: { now: number };
  readonly logged: readonly unknown[][];
  readonly request: (method: string, path: string, options?: RequestOptions) => Promise<Answer>;
  readonly stop: () => Promise<void>;
};

export type RequestOptions = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | null;
};

/** The REST services on a database of their own, with `others` beside them; `joined`: a broker of a cluster. */
export async function startRest(
  others: readonly ServiceSchema[] = [],
  api: Partial<ApiOptions> = {},
  joined?: ServiceBroker,
): Promise<RestHarness> {
  const dataDir = mkdtempSync(join(tmpdir(), "gateway-twin-rest-"));
  const sequelize = await openDatabase(dataDir);
  const time = { now: Date.parse("2026-03-01T00:00:00Z") };
  const clock = () => time.now;
  const logged: unknown[][] = [];
  const broker = joined ?? quietBroker(logged);
  let port = 0;
  const onListening = (listening: number) => {
    port = listening;
  };
  const store = idempotencyStore({ sequelize, clock });
  const schemas = [
    gatewaysService({ sequelize, clock, publisher: { publish: async () => {} }, log: silent }),
    accessService({ sequelize, clock, adminToken: TOKEN, announce: () => {} }),
    apiService({ ...API, clock, store, onListening, ...api }),
    ...others,
  ];
  for (const schema of schemas) broker.createService(schema);
  await broker.start();
  const url = `http://127.0.0.1:${port}`;
  return {
    broker,
    sequelize,
    port,
    url,
    time,
    logged,
    request: (method, path, options) => requestTo(url, method, path, options),
    async stop() {
      await broker.stop();
      await sequelize.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };

const API = {
  host: "127.0.0.1",
  port: 0,
  limits: DEFAULT_LIMITS,
  metricsText: () => "up 1\n",
  health: () => ({ started: true, ready: true, problems: [] }),
};

/** Keeps what would be logged as an error. */
export function quietBroker(logged: unknown[][] = []): ServiceBroker {
  return new Broker({
    nodeID: `rest-${process.pid}`,
    logger: false,
    validator: false,
    internalServices: false,
    requestTimeout: 10_000,
    created: (broker) => {
      const getLogger = broker.getLogger.bind(broker);
      broker.getLogger = (...given: Parameters<typeof getLogger>) =>
        Object.assign(getLogger(...given), { error: (...texts: unknown[]) => void logged.push(texts) });
    },
  });
}

export async function requestTo(
  url: string,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const { body, token = TOKEN } = options;
  const headers = {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { "content-type": "application/json" }),
    ...options.headers,
  };
  const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const response = await fetch(url + path, { method, headers, ...(text !== undefined && { body: text }) });
  const answer = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  return {
    status: response.status,
    headers: response.headers,
    body: answer === "" ? {} : isJson ? JSON.parse(answer) : { text: answer },
  };
}

/** The reason in an error's ErrorInfo. */
export function reasonOf({ body }: Answer): string | undefined {
  return body.error?.details[0]?.reason;
}

export function fieldsOf({ body }: Answer): string[] {
  const details = body.error?.details ?? [];
  return details.flatMap(({ fieldViolations = [] }) => fieldViolations.map(({ field }) => field));
}
