import { type Static, Type } from "typebox";
import { type ActionContract, ROLES } from "./action.ts";
import { ListParams } from "./gateways.ts";
import { GatewayId } from "./ids.ts";

const closed = { additionalProperties: false } as const;
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });
const orNull = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** The principal of the bootstrap key. */
export const BOOTSTRAP = "admin";

/** Who calls, as the history and the logs name it. */
export const Principal = Type.Object(
  {
    /** Unique: `user:<userId>`, `key:<keyId>`, `admin` for the bootstrap key, `anyone` where no token is asked for. */
    name: Type.String(),
    role: Type.Enum(["anyone", ...ROLES]),
    /** AIP-160: for this caller there are no other gateways. Not given: all. */
    gatewayFilter: Type.Optional(Type.String()),
    /** Of a user. */
    sessionId: Type.Optional(Type.String()),
  },
  closed,
);
export type Principal = Static<typeof Principal>;

export const ANYONE: Principal = { name: "anyone", role: "anyone" };

const UserId = Type.String({ pattern: "^[a-z0-9][a-z0-9._-]{0,62}$" });
const Password = Type.String({ minLength: 10, maxLength: 256 });
const DisplayName = Type.String({ maxLength: 256 });
const UserRole = Type.Enum(["viewer", "operator", "admin"]);

export const User = Type.Object(
  {
    userId: UserId,
    displayName: DisplayName,
    role: UserRole,
    disabled: Type.Boolean(),
    createTime: Rfc3339,
    updateTime: Rfc3339,
  },
  closed,
);
export type User = Static<typeof User>;

const KeyId = Type.String({ pattern: "^[A-Za-z0-9_-]{1,64}$" });
/** AIP-160 over `labels.*` and `gatewayId`; empty: all gateways. */
const GatewayFilter = Type.String({ maxLength: 1024 });

export const ApiKey = Type.Object(
  {
    keyId: KeyId,
    displayName: DisplayName,
    role: Type.Enum(ROLES),
    /** How its token begins; empty for the bootstrap key. */
    prefix: Type.String(),
    gatewayFilter: GatewayFilter,
    /** Null: never. */
    expireTime: orNull(Rfc3339),
    /** A minute late at most; null: not yet. */
    lastUsedTime: orNull(Rfc3339),
    createTime: Rfc3339,
    updateTime: Rfc3339,
  },
  closed,
);
export type ApiKey = Static<typeof ApiKey>;

const userPath = "/v1/users/:userId";
const keyPath = "/v1/apiKeys/:keyId";
const mergePatch = ["application/merge-patch+json", "application/json"];
const UserById = Type.Object({ userId: UserId }, closed);
const KeyById = Type.Object({ keyId: KeyId }, closed);

export const accessActions = {
  /**
   * The holder of a bearer token, or null when the token is not known. Throws RATE_LIMITED when too many were wrong;
   * `address`: where the token came from. The answer is good for `freshMs`, or until `access.revoked` names the holder.
   */
  "access.authenticate": {
    params: Type.Object(
      { token: Type.String({ maxLength: 1024 }), address: Type.Optional(Type.String({ maxLength: 64 })) },
      closed,
    ),
    result: Type.Object(
      { principal: Type.Union([Principal, Type.Null()]), freshMs: Type.Optional(Type.Number()) },
      closed,
    ),
  },
  "users.create": {
    params: Type.Object(
      {
        userId: Type.Optional(UserId),
        displayName: Type.Optional(DisplayName),
        role: UserRole,
        password: Password,
      },
      closed,
    ),
    result: User,
    rest: { method: "POST", path: "/v1/users", role: "admin", status: 201, body: "fields" },
  },
  "users.get": {
    params: UserById,
    result: User,
    rest: { method: "GET", path: userPath, role: "admin", body: "none" },
  },
  "users.list": {
    params: Type.Object(ListParams, closed),
    result: Type.Object({ users: Type.Array(User), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path: "/v1/users", role: "admin", body: "none" },
  },
  /** Another password, and `disabled`, end the user's sessions. Throws OWN_ACCESS. */
  "users.update": {
    params: Type.Object(
      {
        userId: UserId,
        displayName: Type.Optional(DisplayName),
        role: Type.Optional(UserRole),
        password: Type.Optional(Password),
        disabled: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
    result: User,
    rest: { method: "PATCH", path: userPath, role: "admin", body: "fields", contentTypes: mergePatch },
  },
  /** Throws OWN_ACCESS. */
  "users.delete": {
    params: UserById,
    result: Type.Null(),
    rest: { method: "DELETE", path: userPath, role: "admin", status: 204, body: "none" },
  },
  /** Of the caller; ends all sessions, this one too. */
  "users.changePassword": {
    params: Type.Object(
      { userId: UserId, currentPassword: Type.String({ maxLength: 256 }), newPassword: Password },
      closed,
    ),
    result: User,
    rest: { method: "POST", path: `${userPath}:changePassword`, role: "viewer", body: "fields" },
  },
  /** Signs in. Throws WRONG_PASSWORD, and RATE_LIMITED after too many wrong ones. */
  "sessions.create": {
    params: Type.Object({ userId: UserId, password: Type.String({ maxLength: 256 }) }, closed),
    result: Type.Object({ token: Type.String(), expireTime: Rfc3339, user: User }, closed),
    rest: { method: "POST", path: "/v1/sessions", role: "anyone", status: 201, body: "fields" },
  },
  /** Signs out: ends the session whose token is used. */
  "sessions.deleteCurrent": {
    params: Type.Object({}, closed),
    result: Type.Null(),
    rest: { method: "DELETE", path: "/v1/sessions/current", role: "viewer", status: 204, body: "none" },
  },
  "api-keys.create": {
    params: Type.Object(
      {
        displayName: DisplayName,
        role: Type.Enum(ROLES),
        /** A third party's key says it, be it empty. */
        gatewayFilter: Type.Optional(GatewayFilter),
        expireTime: Type.Optional(Rfc3339),
      },
      closed,
    ),
    /** The token is shown this once. */
    result: Type.Object({ ...ApiKey.properties, token: Type.String() }, closed),
    rest: { method: "POST", path: "/v1/apiKeys", role: "admin", status: 201, body: "fields" },
  },
  "api-keys.get": {
    params: KeyById,
    result: ApiKey,
    rest: { method: "GET", path: keyPath, role: "admin", body: "none" },
  },
  "api-keys.list": {
    params: Type.Object(ListParams, closed),
    result: Type.Object({ apiKeys: Type.Array(ApiKey), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path: "/v1/apiKeys", role: "admin", body: "none" },
  },
  "api-keys.update": {
    params: Type.Object(
      {
        keyId: KeyId,
        displayName: Type.Optional(DisplayName),
        gatewayFilter: Type.Optional(GatewayFilter),
        expireTime: Type.Optional(orNull(Rfc3339)),
      },
      closed,
    ),
    result: ApiKey,
    rest: { method: "PATCH", path: keyPath, role: "admin", body: "fields", contentTypes: mergePatch },
  },
  /** Throws OWN_ACCESS. */
  "api-keys.delete": {
    params: KeyById,
    result: Type.Null(),
    rest: { method: "DELETE", path: keyPath, role: "admin", status: 204, body: "none" },
  },
  /** May the caller do it, or who has the role or the key? For these two it takes what it takes to see keys. */
  "permissions.check": {
    params: Type.Object(
      {
        permission: Type.String({ maxLength: 128 }),
        gatewayId: Type.Optional(GatewayId),
        role: Type.Optional(Type.Enum(ROLES)),
        keyId: Type.Optional(KeyId),
      },
      closed,
    ),
    result: Type.Object(
      { allowed: Type.Boolean(), rule: Type.String({ description: "what decided, in words" }) },
      closed,
    ),
    rest: { method: "POST", path: "/v1/permissions:check", role: "viewer", body: "fields" },
  },
} as const satisfies Record<string, ActionContract>;
