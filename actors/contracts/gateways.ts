import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";
import { GatewayId } from "./ids.ts";

const closed = { additionalProperties: false } as const;

const DisplayName = Type.String({ maxLength: 256 });
const Labels = Type.Record(
  Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$" }),
  Type.String({ maxLength: 256 }),
  closed,
);
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });

export const Gateway = Type.Object(
  {
    gatewayId: GatewayId,
    displayName: DisplayName,
    labels: Labels,
    createTime: Rfc3339,
    updateTime: Rfc3339,
  },
  { ...closed, title: "Gateway" },
);
export type Gateway = Static<typeof Gateway>;

const Credentials = Type.Object({ username: GatewayId, password: Type.String() }, closed);

/** A gateway with its secret, which is shown this once. */
export const GatewayWithCredentials = Type.Object(
  { ...Gateway.properties, credentials: Credentials },
  { ...closed, title: "GatewayWithCredentials" },
);
export type GatewayWithCredentials = Static<typeof GatewayWithCredentials>;

const NewGateway = Type.Object(
  {
    gatewayId: Type.Optional(GatewayId),
    displayName: Type.Optional(DisplayName),
    labels: Type.Optional(Labels),
  },
  { ...closed, title: "NewGateway" },
);
export type NewGateway = Static<typeof NewGateway>;

export const ListParams = {
  /** A larger one is the greatest there is (AIP-158). */
  pageSize: Type.Optional(
    Type.Integer({ minimum: 0, description: "50 when not given or 0; more than 1000 is taken as 1000" }),
  ),
  pageToken: Type.Optional(Type.String({ maxLength: 2048 })),
  filter: Type.Optional(Type.String({ maxLength: 4096, description: "AIP-160" })),
  orderBy: Type.Optional(Type.String({ maxLength: 256 })),
};

const ById = Type.Object({ gatewayId: GatewayId }, closed);
const one = "/v1/gateways/:gatewayId";

/** The registry of gateways: who exists, and by which secret it is known. */
export const gatewayActions = {
  "gateways.create": {
    summary: "Creates a gateway; its credentials are shown this once.",
    params: NewGateway,
    result: GatewayWithCredentials,
    rest: { method: "POST", path: "/v1/gateways", role: "admin", status: 201, body: "fields" },
  },
  "gateways.batchCreate": {
    summary: "Creates up to 1000 gateways, all or none.",
    params: Type.Object({ requests: Type.Array(NewGateway, { minItems: 1, maxItems: 1000 }) }, closed),
    result: Type.Object({ gateways: Type.Array(GatewayWithCredentials) }, closed),
    rest: { method: "POST", path: "/v1/gateways:batchCreate", role: "admin", body: "fields" },
  },
  "gateways.get": {
    summary: "One gateway.",
    params: ById,
    result: Gateway,
    rest: { method: "GET", path: one, role: "viewer", body: "none" },
  },
  "gateways.list": {
    summary: "Gateways, a page at a time.",
    params: Type.Object(ListParams, closed),
    result: Type.Object({ gateways: Type.Array(Gateway), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path: "/v1/gateways", role: "viewer", body: "none" },
  },
  "gateways.update": {
    summary: "Changes the name or labels; a label that is null is removed.",
    params: Type.Object(
      {
        gatewayId: GatewayId,
        displayName: Type.Optional(DisplayName),
        /** A merge patch: null removes a label. */
        labels: Type.Optional(
          Type.Record(Type.String(), Type.Union([Type.String({ maxLength: 256 }), Type.Null()])),
        ),
      },
      closed,
    ),
    result: Gateway,
    rest: {
      method: "PATCH",
      path: one,
      role: "operator",
      body: "fields",
      contentTypes: ["application/merge-patch+json", "application/json"],
    },
  },
  "gateways.delete": {
    summary: "Deletes a gateway and all that is known of it.",
    params: ById,
    result: Type.Null(),
    rest: { method: "DELETE", path: one, role: "admin", status: 204, body: "none" },
  },
  "gateways.rotateCredentials": {
    summary: "Makes a new password, shown this once; the old one is not valid any more.",
    params: ById,
    result: GatewayWithCredentials,
    rest: { method: "POST", path: `${one}:rotateCredentials`, role: "admin", body: "none" },
  },
  /** What a front needs to check a password: the stored hash, or null when there is no such gateway. */
  "gateways.passwordHash": {
    params: ById,
    result: Type.Object({ hash: Type.Union([Type.String(), Type.Null()]) }, closed),
  },
} as const satisfies Record<string, ActionContract>;
