import type { QueryInterface } from "sequelize";
import * as actors from "./0001-actors.ts";
import * as gateways from "./0002-gateways.ts";
import * as apiKeys from "./0003-api-keys.ts";
import * as idempotencyKeys from "./0004-idempotency-keys.ts";

type Migration = {
  readonly name: string;
  readonly up: (params: { context: QueryInterface }) => Promise<void>;
};

/** In the order they are run; a released one never changes. */
export const MIGRATIONS: Migration[] = [
  { name: "0001-actors", up: actors.up },
  { name: "0002-gateways", up: gateways.up },
  { name: "0003-api-keys", up: apiKeys.up },
  { name: "0004-idempotency-keys", up: idempotencyKeys.up },
];
