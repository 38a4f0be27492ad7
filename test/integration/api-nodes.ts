import { ServiceBroker as Broker, type ServiceBroker, type ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { Principal } from "../../actors/contracts/access.ts";
import { DEFAULT_LIMITS } from "../../actors/contracts/limits.ts";
import { type ApiOptions, apiService } from "../../services/bff/api.service.ts";
import { idempotencyStore } from "../../services/bff/idempotency-store.ts";
import { gatewaysService } from "../../services/core/gateways/gateways.service.ts";
import { openDatabase } from "../../stores/database.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** An action behind the API that was carried out. */
export type Done = { readonly action: string; readonly params: unknown };

export type ApiNode = {
  readonly url: string;
  readonly sequelize: Sequelize;
  readonly stop: () => Promise<void>;
};

type ApiNodeOptions = {
  /** Of the database that all nodes share. */
  readonly place: string;
  /** All nodes note here what they do. */
  readonly done: Done[];
  readonly leaseMs?: number;
  readonly services?: readonly ServiceSchema[];
  readonly api?: (defaults: ApiOptions) => Partial<ApiOptions>;
};

/** A node of its own with REST and the registry. A token is the name of its holder, who is an admin. */
export async function startApiNode(options: ApiNodeOptions): Promise<ApiNode> {
  const sequelize = await openDatabase(options.place);
  const broker = brokerNoting(options.done);
  let port = 0;
  const defaults: ApiOptions = {
    host: "127.0.0.1",
    port: 0,
    clock: Date.now,
    limits: DEFAULT_LIMITS,
    store: idempotencyStore({ sequelize, clock: Date.now, ...options }),
    metricsText: () => "",
    health: () => ({ started: true, ready: true, problems: [] }),
    onListening: (listening) => {
      port = listening;
    },
  };
  const schemas = [
    accessForAll,
    gatewaysService({ sequelize, clock: Date.now, publisher: { publish: async () => {} }, log: silent }),
    apiService({ ...defaults, ...options.api?.(defaults) }),
    ...(options.services ?? []),
  ];
  for (const schema of schemas) broker.createService(schema);
  await broker.start();
  const stop = async () => {
    await broker.stop();
    await sequelize.close();
  };
  return { url: `http://127.0.0.1:${port}`, sequelize, stop };
}

const accessForAll: ServiceSchema = {
  name: "access",
  actions: {
    authenticate: ({ params }): { principal: Principal } => ({
      principal: { name: params.token, role: "admin" },
    }),
  },
};

function brokerNoting(done: Done[]): ServiceBroker {
  return new Broker({
    logger: false,
    validator: false,
    internalServices: false,
    requestTimeout: 10_000,
    middlewares: [
      {
        localAction: (next, { name }) =>
          async function noted(context) {
            if (!/^(access|api)\./.test(String(name)))
              done.push({ action: String(name), params: context.params });
            return next.call(this, context);
          },
      },
    ],
  });
}
