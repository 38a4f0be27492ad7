import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";
import { ListParams } from "./gateways.ts";
import { GatewayId } from "./ids.ts";
import type { JsonObject } from "./json.ts";

const closed = { additionalProperties: false } as const;
const Document = Type.Unsafe<JsonObject>(Type.Object({}));
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const Count = Type.Integer({ minimum: 0 });
const ProfileId = Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,62}$" });

/** What can be set of a profile. */
const settings = {
  displayName: Type.String({ maxLength: 256 }),
  /** AIP-160 over `labels.*` and `gatewayId`; empty: all gateways. */
  gatewayFilter: Type.String({ maxLength: 4096 }),
  /** Where profiles set the same value the higher one wins; of equal ones the later id. */
  priority: Type.Integer({ minimum: -1000, maximum: 1000 }),
  /** Laid under the gateways' own desired values, which win. */
  desired: Document,
  /** Of the gateways that the filter chooses: a fixed choice, so that raising it only adds gateways. */
  percent: Type.Integer({ minimum: 0, maximum: 100 }),
};

const Metrics = Type.Object(
  {
    /** Chosen by filter and percent. */
    targeted: Count,
    /** Of these, whose desired holds the present revision. */
    applied: Count,
    /** Of these, that are in sync. */
    converged: Count,
    failed: Count,
  },
  closed,
);

export const ConfigProfile = Type.Object(
  {
    configProfileId: ProfileId,
    ...settings,
    /** Grows with every change of what gateways get. */
    revision: Count,
    metrics: Metrics,
    createTime: Rfc3339,
    updateTime: Rfc3339,
  },
  { ...closed, title: "ConfigProfile" },
);
export type ConfigProfile = Static<typeof ConfigProfile>;

const ById = Type.Object({ configProfileId: ProfileId }, closed);
const optional = {
  displayName: Type.Optional(settings.displayName),
  gatewayFilter: Type.Optional(settings.gatewayFilter),
  priority: Type.Optional(settings.priority),
  desired: Type.Optional(settings.desired),
  percent: Type.Optional(settings.percent),
};

/** What the profile would change of desired, gateway by gateway; those without a change are left out. */
const Preview = Type.Object(
  {
    gateways: Type.Array(Type.Object({ gatewayId: GatewayId, patch: Document }, closed)),
    nextPageToken: Type.String(),
  },
  closed,
);
const page = { pageSize: ListParams.pageSize, pageToken: ListParams.pageToken };
const all = "/v1/configProfiles";
const one = "/v1/configProfiles/:configProfileId";

/** Desired values for many gateways at once. */
export const configProfileActions = {
  "config-profiles.create": {
    summary: "Creates a profile; the gateways that its filter chooses follow within seconds.",
    params: Type.Object(
      { configProfileId: Type.Optional(ProfileId), ...optional, desired: settings.desired },
      closed,
    ),
    result: ConfigProfile,
    rest: { method: "POST", path: all, role: "admin", status: 201, body: "fields" },
  },
  "config-profiles.get": {
    summary: "One profile, with how many gateways follow it.",
    params: ById,
    result: ConfigProfile,
    rest: { method: "GET", path: one, role: "viewer", body: "none" },
  },
  "config-profiles.list": {
    summary: "Profiles, a page at a time.",
    params: Type.Object(ListParams, closed),
    result: Type.Object({ configProfiles: Type.Array(ConfigProfile), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path: all, role: "viewer", body: "none" },
  },
  /** `desired` replaces; the gateways follow within seconds. */
  "config-profiles.update": {
    summary: "Changes a profile; `desired` replaces.",
    params: Type.Object({ configProfileId: ProfileId, ...optional }, closed),
    result: ConfigProfile,
    rest: {
      method: "PATCH",
      path: one,
      role: "admin",
      body: "fields",
      contentTypes: ["application/merge-patch+json", "application/json"],
    },
  },
  /** Its values leave the gateways' desired. */
  "config-profiles.delete": {
    summary: "Deletes a profile: its values leave the gateways' desired.",
    params: ById,
    result: Type.Null(),
    rest: { method: "DELETE", path: one, role: "admin", status: 204, body: "none" },
  },
  /** Of a profile that does not exist yet. With a percent below 100 its id says which gateways would get it. */
  "config-profiles.preview": {
    summary: "What a new profile would change, gateway by gateway.",
    params: Type.Object(
      { configProfileId: Type.Optional(ProfileId), ...optional, desired: settings.desired, ...page },
      closed,
    ),
    result: Preview,
    rest: { method: "POST", path: `${all}:preview`, role: "admin", body: "fields" },
  },
  /** Of one that does, with these changes. */
  "config-profiles.previewChange": {
    summary: "What a change of a profile would change, gateway by gateway.",
    params: Type.Object({ configProfileId: ProfileId, ...optional, ...page }, closed),
    result: Preview,
    rest: { method: "POST", path: `${one}:preview`, role: "admin", body: "fields" },
  },
} as const satisfies Record<string, ActionContract>;
