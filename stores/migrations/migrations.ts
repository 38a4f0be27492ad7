import type { QueryInterface } from "sequelize";
import * as actors from "./0001-actors.ts";
import * as gateways from "./0002-gateways.ts";
import * as apiKeys from "./0003-api-keys.ts";
import * as idempotencyKeys from "./0004-idempotency-keys.ts";
import * as eventBus from "./0005-event-bus.ts";
import * as journal from "./0006-journal.ts";
import * as sessions from "./0007-sessions.ts";
import * as gatewayEvents from "./0008-gateway-events.ts";
import * as presence from "./0009-presence.ts";
import * as configProfiles from "./0010-config-profiles.ts";
import * as journalPages from "./0011-journal.ts";
import * as config from "./0012-config.ts";
import * as access from "./0013-access.ts";
import * as idempotency from "./0014-idempotency.ts";
import * as commands from "./0015-commands.ts";
import * as artifacts from "./0017-artifacts.ts";
import * as audit from "./0018-audit.ts";
import * as schemaCompat from "./0019-schema-compat.ts";

export type Migration = {
  readonly name: string;
  /**
   * Of a migration that takes something away: the oldest version that does without it. Nodes of the version before the
   * one that brings a migration may still run, so it is never that version itself; see docs/upgrades.md.
   */
  readonly oldestVersion?: string;
  readonly up: (params: { context: QueryInterface }) => Promise<void>;
};

/** In the order they are run; a released one never changes. */
export const MIGRATIONS: Migration[] = [
  { name: "0001-actors", up: actors.up },
  { name: "0002-gateways", up: gateways.up },
  { name: "0003-api-keys", up: apiKeys.up },
  { name: "0004-idempotency-keys", up: idempotencyKeys.up },
  { name: "0005-event-bus", up: eventBus.up },
  { name: "0006-journal", up: journal.up },
  { name: "0007-sessions", up: sessions.up },
  { name: "0008-gateway-events", up: gatewayEvents.up },
  { name: "0009-presence", up: presence.up },
  { name: "0010-config-profiles", up: configProfiles.up },
  { name: "0011-journal", up: journalPages.up },
  { name: "0012-config", up: config.up },
  { name: "0013-access", up: access.up },
  { name: "0014-idempotency", up: idempotency.up },
  { name: "0015-commands", up: commands.up },
  { name: "0017-artifacts", up: artifacts.up },
  { name: "0018-audit", up: audit.up },
  { name: "0019-schema-compat", up: schemaCompat.up },
];
