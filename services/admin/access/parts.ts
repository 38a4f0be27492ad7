import type { Service } from "moleculer";
import type { Sequelize } from "sequelize";
import type { SharedCounters } from "../../../actors/runtime/cache.ts";
import { broadcast } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { MemoryCounters } from "../../../stores/memory/shared-counters.ts";
import { type ApiKeys, apiKeys } from "./api-keys.ts";
import { FailureLimit } from "./failure-limit.ts";
import { bootstrapHolder, holderOf } from "./holders.ts";
import { LastUsed } from "./last-used.ts";
import { type Sessions, sessionTable } from "./sessions.ts";
import { TokenCheck } from "./token-check.ts";
import { type Users, userTable } from "./users.ts";

export type AccessOptions = {
  readonly sequelize: Sequelize;
  readonly clock: () => number;
  /** Where failures are counted; not given: in this process alone. */
  readonly attempts?: SharedCounters;
  /** Not given: nobody wants to know. */
  readonly counters?: Counters;
};

type Broadcaster = Pick<Service["broker"], "broadcast" | "emit">;

/** What the actions of the access service work with. */
export type AccessParts = {
  readonly clock: () => number;
  readonly counters: Counters;
  readonly keys: ApiKeys;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly limit: FailureLimit;
  readonly tokens: TokenCheck;
  readonly lastUsed: LastUsed;
  /** After a change that takes something away: here at once, elsewhere as soon as it is heard of. */
  readonly revoke: (broadcaster: Broadcaster, name: string) => Promise<void>;
};

const SILENT: Counters = { count: () => undefined, gauge: () => undefined };
const MAX_COUNTERS = 10_000;

export function accessParts({ sequelize, clock, ...options }: AccessOptions): AccessParts {
  const counters = options.counters ?? SILENT;
  const attempts = options.attempts ?? new MemoryCounters(MAX_COUNTERS, clock);
  const [keys, users, sessions] = [apiKeys(sequelize), userTable(sequelize), sessionTable(sequelize)];
  const limit = new FailureLimit({ attempts, counters, clock });
  const tokens = new TokenCheck({
    holderOf: (id, token) => holderOf({ keys, users, sessions }, id, token),
    bootstrapHolder: (token, known) => bootstrapHolder({ keys }, token, known),
    limit,
    onWrong: () => counters.count("gateway_twin.access.failures.total", { what: "token" }),
    clock,
  });
  return {
    clock,
    counters,
    keys,
    users,
    sessions,
    limit,
    tokens,
    lastUsed: new LastUsed({ keys, clock, counters }),
    async revoke(broadcaster, name) {
      tokens.forget([name]);
      await broadcast(broadcaster, "access.revoked", { names: [name] });
    },
  };
}
