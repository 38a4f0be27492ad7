/** Made from the contracts by `npm run client`; do not edit. */
import type { Route } from "./requests.ts";

export type Artifact = {
  /** Id of an artifact */
  readonly artifactId: string;
  readonly filename?: string;
  readonly contentType: string;
  /** bytes */
  readonly size: number;
  /** lower-case hex */
  readonly sha256: string;
  readonly labels: { readonly [name: string]: string };
  readonly by: string;
  /** RFC 3339 in UTC */
  readonly createTime: string;
  readonly expireTime: string | null;
};

export type AuditLog = {
  readonly auditLogId: string;
  /** RFC 3339 in UTC */
  readonly time: string;
  /** as the history names callers; 'anyone' when nobody is known */
  readonly actor: string;
  readonly role: "anyone" | "viewer" | "operator" | "admin" | "thirdparty";
  /** of HTTP */
  readonly method: string;
  /** the name of the action or the watch */
  readonly permission: string;
  /** the resource that the path names, without /v1/ */
  readonly target: string;
  /** Id of a gateway */
  readonly gatewayId?: string;
  /** of HTTP */
  readonly status: number;
  /** of the error, as in its ErrorInfo */
  readonly reason?: string;
  /** of a watch: how long it was open */
  readonly latencyMs: number;
  /** of the traceparent that came with the call */
  readonly traceId?: string;
  readonly requestId: string;
  /** IP address */
  readonly sourceAddress: string;
};

export type Camera = {
  /** Id of a camera, unique within its gateway */
  readonly cameraId: string;
  /** Id of a gateway */
  readonly gatewayId: string;
  readonly displayName: string;
  readonly ptz: boolean;
  readonly stream: {
    readonly state: "OFF" | "STARTING" | "ON" | "INTERRUPTED" | "STOPPING";
    readonly streamId?: string;
    readonly url?: string;
    readonly viewers: readonly {
      readonly viewer: string;
      readonly by: string;
      readonly expireTime: string;
    }[];
  };
  readonly control: { readonly holder: string; readonly expireTime: string } | null;
};

export type Cluster = {
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly roles: readonly string[];
    readonly version?: string;
    readonly sessionExpireTime: string;
  }[];
  readonly partitions: {
    readonly [name: string]: {
      readonly total: number;
      readonly owned: number;
      readonly owners: { readonly [name: string]: number };
    };
  };
};

export type Config = {
  /** Id of a gateway */
  readonly gatewayId: string;
  readonly phase: "IN_SYNC" | "PENDING" | "DELIVERING" | "FAILED";
  readonly desiredVersion: number;
  readonly attempts: number;
  readonly nextAttemptTime: string | null;
  readonly lastError: {
    readonly reason: "NO_RESPONSE" | "REFUSED";
    readonly message: string;
    readonly refused?: readonly { readonly path: string; readonly code: number; readonly text: string }[];
    readonly time: string;
  } | null;
  readonly lagSeconds: number;
  readonly traffic: { readonly bytesSent: number; readonly bytesSaved: number };
};

export type ConfigProfile = {
  readonly configProfileId: string;
  readonly displayName: string;
  readonly gatewayFilter: string;
  readonly priority: number;
  readonly desired: { readonly [name: string]: unknown };
  readonly percent: number;
  readonly revision: number;
  readonly metrics: {
    readonly targeted: number;
    readonly applied: number;
    readonly converged: number;
    readonly failed: number;
  };
  /** RFC 3339 in UTC */
  readonly createTime: string;
  /** RFC 3339 in UTC */
  readonly updateTime: string;
};

export type Gateway = {
  /** Id of a gateway */
  readonly gatewayId: string;
  readonly displayName: string;
  readonly labels: { readonly [name: string]: string };
  /** RFC 3339 in UTC */
  readonly createTime: string;
  /** RFC 3339 in UTC */
  readonly updateTime: string;
};

export type GatewayWithCredentials = {
  /** Id of a gateway */
  readonly gatewayId: string;
  readonly displayName: string;
  readonly labels: { readonly [name: string]: string };
  /** RFC 3339 in UTC */
  readonly createTime: string;
  /** RFC 3339 in UTC */
  readonly updateTime: string;
  readonly credentials: { readonly username: string; readonly password: string };
};

export type HistoryEntry = {
  readonly version: number;
  readonly section: "desired" | "reported";
  readonly sectionVersion: number;
  readonly patch: { readonly [name: string]: unknown };
  readonly actor: string;
  readonly reason?: string;
  /** RFC 3339 in UTC */
  readonly time: string;
};

export type JournalEvent = {
  readonly id: string;
  /** dotted, in the past tense */
  readonly type: string;
  /** Id of a gateway */
  readonly gatewayId: string;
  readonly severity: "INFO" | "WARNING" | "ERROR" | "CRITICAL";
  /** RFC 3339 in UTC */
  readonly time: string;
  readonly actor: string;
  readonly reason?: string;
  /** of the request that caused it, when that is traced */
  readonly traceId?: string;
  readonly data: { readonly [name: string]: unknown };
};

export type LogLevelChange = {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
  /** A part of the node, as the field log.logger has it; * is all of it */
  readonly module: string;
  /** RFC 3339 in UTC */
  readonly expireTime: string;
};

export type NewGateway = {
  /** Id of a gateway */
  readonly gatewayId?: string;
  readonly displayName?: string;
  readonly labels?: { readonly [name: string]: string };
};

export type NodeProfile = {
  /** Id of a profile: its time, kind and reason */
  readonly profileId: string;
  readonly nodeId: string;
  readonly kind: "CPU" | "HEAP";
  readonly reason: "CPU" | "MEMORY" | "LAG" | "MANUAL";
  /** bytes */
  readonly size: number;
  readonly filename: string;
  /** RFC 3339 in UTC */
  readonly createTime: string;
};

export type Overview = {
  readonly gateway: Gateway;
  readonly twin?: Twin;
  readonly presence?: Presence;
  readonly config?: Config;
  readonly cameras?: readonly Camera[];
  /** Parts that are not there, and why; empty: it is whole */
  readonly unavailable: readonly {
    readonly part: "twin" | "presence" | "config" | "cameras";
    readonly reason:
      | "INVALID_ARGUMENT"
      | "MALFORMED_JSON"
      | "NOT_AN_OBJECT"
      | "TOO_DEEP"
      | "KEY_NOT_ALLOWED"
      | "KEY_TOO_LONG"
      | "SECTION_TOO_LARGE"
      | "INVALID_PATCH"
      | "INVALID_FILTER"
      | "INVALID_PAGE_TOKEN"
      | "INVALID_UTF8"
      | "TOPIC_UNKNOWN"
      | "MALFORMED_REQUEST"
      | "NUMBER_TOO_LARGE"
      | "UNAUTHENTICATED"
      | "WRONG_PASSWORD"
      | "PERMISSION_DENIED"
      | "TOPIC_FORBIDDEN"
      | "GATEWAY_NOT_FOUND"
      | "ROUTE_NOT_FOUND"
      | "VERSION_NOT_FOUND"
      | "CONFIG_PROFILE_NOT_FOUND"
      | "CHECKSUM_MISMATCH"
      | "UPLOAD_REFUSED"
      | "CAMERA_NOT_FOUND"
      | "LEASE_NOT_FOUND"
      | "ARTIFACT_NOT_FOUND"
      | "CAMERA_NOT_MOVABLE"
      | "CONTROL_HELD"
      | "SUPERSEDED"
      | "CAMERA_REFUSED"
      | "RANGE_NOT_SATISFIABLE"
      | "TOO_MANY_VIEWERS"
      | "ARTIFACTS_FULL"
      | "COMMAND_NOT_FOUND"
      | "USER_NOT_FOUND"
      | "API_KEY_NOT_FOUND"
      | "SESSION_NOT_FOUND"
      | "NODE_NOT_FOUND"
      | "NODE_PROFILE_NOT_FOUND"
      | "METHOD_NOT_ALLOWED"
      | "REQUEST_TOO_SLOW"
      | "GATEWAY_EXISTS"
      | "IDEMPOTENCY_KEY_REUSED"
      | "CONFIG_PROFILE_EXISTS"
      | "IDEMPOTENCY_KEY_IN_USE"
      | "USER_EXISTS"
      | "OWN_ACCESS"
      | "BOOTSTRAP_KEY"
      | "NO_LONGER_KEPT"
      | "VERSION_MISMATCH"
      | "PAYLOAD_TOO_LARGE"
      | "URL_TOO_LONG"
      | "UNSUPPORTED_MEDIA_TYPE"
      | "RATE_LIMITED"
      | "TOO_MANY_WATCHES"
      | "TOO_MANY_COMMANDS"
      | "CAPTURE_RUNNING"
      | "HEADERS_TOO_LARGE"
      | "OVERLOADED"
      | "NOT_OWNER"
      | "STORE_UNAVAILABLE"
      | "SHUTTING_DOWN"
      | "SERVICE_UNAVAILABLE"
      | "GATEWAY_OFFLINE"
      | "TOO_MANY_CONNECTIONS"
      | "PROFILES_UNAVAILABLE"
      | "DEADLINE_EXCEEDED"
      | "COMMAND_TIMEOUT"
      | "COMMAND_NOT_BEGUN"
      | "INTERNAL";
  }[];
};

export type Presence = {
  /** Id of a gateway */
  readonly gatewayId: string;
  readonly state: "UNKNOWN" | "ONLINE" | "SUSPECT" | "OFFLINE";
  readonly sinceTime: string | null;
  readonly lastSeenTime: string | null;
  readonly sessionId: string | null;
  readonly node: string | null;
  readonly board: { readonly [name: string]: unknown };
  readonly firmware: string | null;
  readonly isFlapping: boolean;
  readonly reconnects: number;
};

export type Section = {
  readonly state: { readonly [name: string]: unknown };
  readonly version: number;
  /** RFC 3339 in UTC */
  readonly updateTime: string;
  readonly metadata?: { readonly [name: string]: unknown };
  readonly sources?: { readonly [name: string]: unknown };
};

export type StreamLease = {
  readonly streamId: string;
  readonly url: string;
  /** RFC 3339 in UTC */
  readonly expireTime: string;
};

export type Twin = {
  /** Id of a gateway */
  readonly gatewayId: string;
  readonly version: number;
  readonly desired: Section;
  readonly reported: Section;
  readonly delta: { readonly [name: string]: unknown };
  readonly inSync: boolean;
  /** RFC 3339 in UTC */
  readonly createTime: string;
  /** RFC 3339 in UTC */
  readonly updateTime: string;
};

export type Operations = {
  /** users: create */
  "users.create": {
    params: {
      readonly userId?: string;
      readonly displayName?: string;
      readonly role: "viewer" | "operator" | "admin";
      readonly password: string;
    };
    result: {
      readonly userId: string;
      readonly displayName: string;
      readonly role: "viewer" | "operator" | "admin";
      readonly disabled: boolean;
      readonly createTime: string;
      readonly updateTime: string;
    };
  };

  /** users: list */
  "users.list": {
    params: {
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: {
      readonly users: readonly {
        readonly userId: string;
        readonly displayName: string;
        readonly role: "viewer" | "operator" | "admin";
        readonly disabled: boolean;
        readonly createTime: string;
        readonly updateTime: string;
      }[];
      readonly nextPageToken: string;
    };
  };

  /** sessions: create */
  "sessions.create": {
    params: { readonly userId: string; readonly password: string };
    result: {
      readonly token: string;
      readonly expireTime: string;
      readonly user: {
        readonly userId: string;
        readonly displayName: string;
        readonly role: "viewer" | "operator" | "admin";
        readonly disabled: boolean;
        readonly createTime: string;
        readonly updateTime: string;
      };
    };
  };

  /** api-keys: create */
  "api-keys.create": {
    params: {
      readonly displayName: string;
      readonly role: "viewer" | "operator" | "admin" | "thirdparty";
      readonly gatewayFilter?: string;
      /** RFC 3339 in UTC */
      readonly expireTime?: string;
    };
    result: {
      readonly keyId: string;
      readonly displayName: string;
      readonly role: "viewer" | "operator" | "admin" | "thirdparty";
      readonly prefix: string;
      readonly gatewayFilter: string;
      readonly expireTime: string | null;
      readonly lastUsedTime: string | null;
      readonly createTime: string;
      readonly updateTime: string;
      readonly token: string;
    };
  };

  /** api-keys: list */
  "api-keys.list": {
    params: {
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: {
      readonly apiKeys: readonly {
        readonly keyId: string;
        readonly displayName: string;
        readonly role: "viewer" | "operator" | "admin" | "thirdparty";
        readonly prefix: string;
        readonly gatewayFilter: string;
        readonly expireTime: string | null;
        readonly lastUsedTime: string | null;
        readonly createTime: string;
        readonly updateTime: string;
      }[];
      readonly nextPageToken: string;
    };
  };

  /** permissions: check */
  "permissions.check": {
    params: {
      readonly permission: string;
      /** Id of a gateway */
      readonly gatewayId?: string;
      readonly role?: "viewer" | "operator" | "admin" | "thirdparty";
      readonly keyId?: string;
    };
    result: { readonly allowed: boolean; readonly rule: string };
  };

  /** Files, a page at a time. */
  "artifacts.list": {
    params: {
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: { readonly artifacts: readonly Artifact[]; readonly nextPageToken: string };
  };

  /** All calls of third parties and all changes: who, what, from where, with what result. */
  "audit.list": {
    params: {
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: { readonly auditLogs: readonly AuditLog[]; readonly nextPageToken: string };
  };

  /** The nodes that are alive, and how many partitions they own. */
  "cluster.get": { params: Record<string, never>; result: Cluster };

  /** commands: batch */
  "commands.batch": {
    params: {
      readonly gatewayIds: readonly string[];
      readonly name: string;
      readonly args?: { readonly [name: string]: unknown };
      readonly timeoutSeconds?: number;
      readonly priority?: "HIGH" | "NORMAL" | "LOW";
      readonly reason?: string;
      /** 50 when not given */
      readonly maxInProgress?: number;
    };
    result: {
      readonly results: readonly {
        readonly gatewayId: string;
        readonly command?: {
          readonly id: string;
          readonly gatewayId: string;
          readonly name: string;
          readonly state: "PENDING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELED";
          readonly result?: unknown;
          readonly error?: { readonly code: number | string; readonly message: string };
          readonly createTime: string;
          readonly endTime?: string;
        };
        readonly resultOmitted?: boolean;
        readonly error?: { readonly reason: string; readonly message: string };
      }[];
    };
  };

  /** Creates a profile; the gateways that its filter chooses follow within seconds. */
  "config-profiles.create": {
    params: {
      readonly configProfileId?: string;
      readonly displayName?: string;
      readonly gatewayFilter?: string;
      readonly priority?: number;
      readonly desired: { readonly [name: string]: unknown };
      readonly percent?: number;
    };
    result: ConfigProfile;
  };

  /** Profiles, a page at a time. */
  "config-profiles.list": {
    params: {
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: { readonly configProfiles: readonly ConfigProfile[]; readonly nextPageToken: string };
  };

  /** What a new profile would change, gateway by gateway. */
  "config-profiles.preview": {
    params: {
      readonly configProfileId?: string;
      readonly displayName?: string;
      readonly gatewayFilter?: string;
      readonly priority?: number;
      readonly desired: { readonly [name: string]: unknown };
      readonly percent?: number;
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
    };
    result: {
      readonly gateways: readonly {
        readonly gatewayId: string;
        readonly patch: { readonly [name: string]: unknown };
      }[];
      readonly nextPageToken: string;
    };
  };

  /** Creates a gateway; its credentials are shown this once. */
  "gateways.create": {
    params: {
      /** Id of a gateway */
      readonly gatewayId?: string;
      readonly displayName?: string;
      readonly labels?: { readonly [name: string]: string };
    };
    result: GatewayWithCredentials;
  };

  /** Creates up to 1000 gateways, all or none. */
  "gateways.batchCreate": {
    params: { readonly requests: readonly NewGateway[] };
    result: { readonly gateways: readonly GatewayWithCredentials[] };
  };

  /** Gateways, a page at a time. */
  "gateways.list": {
    params: {
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: { readonly gateways: readonly Gateway[]; readonly nextPageToken: string };
  };

  /** Everything that happened, newest first. */
  "journal.list": {
    params: {
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: { readonly events: readonly JournalEvent[]; readonly nextPageToken: string };
  };

  /** How many gateways there are in each state. */
  "presence.summary": {
    params: Record<string, never>;
    result: {
      readonly counts: {
        readonly UNKNOWN: number;
        readonly ONLINE: number;
        readonly SUSPECT: number;
        readonly OFFLINE: number;
      };
      readonly total: number;
    };
  };

  /** Twins that a filter over desired, reported, labels and more chooses. */
  "twins.list": {
    params: {
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
      readonly view?: "BASIC" | "FULL";
    };
    result: { readonly twins: readonly Twin[]; readonly nextPageToken: string };
  };

  /** sessions: delete current */
  "sessions.deleteCurrent": { params: Record<string, never>; result: null };

  /** users: change password */
  "users.changePassword": {
    params: { readonly userId: string; readonly currentPassword: string; readonly newPassword: string };
    result: {
      readonly userId: string;
      readonly displayName: string;
      readonly role: "viewer" | "operator" | "admin";
      readonly disabled: boolean;
      readonly createTime: string;
      readonly updateTime: string;
    };
  };

  /** commands: cancel */
  "commands.cancel": {
    params: {
      /** Id of a command */
      readonly commandId: string;
      readonly reason?: string;
    };
    result: {
      readonly id: string;
      readonly gatewayId: string;
      readonly name: string;
      readonly state: "PENDING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELED";
      readonly result?: unknown;
      readonly error?: { readonly code: number | string; readonly message: string };
      readonly createTime: string;
      readonly endTime?: string;
    };
  };

  /** What a change of a profile would change, gateway by gateway. */
  "config-profiles.previewChange": {
    params: {
      readonly configProfileId: string;
      readonly displayName?: string;
      readonly gatewayFilter?: string;
      readonly priority?: number;
      readonly desired?: { readonly [name: string]: unknown };
      readonly percent?: number;
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
    };
    result: {
      readonly gateways: readonly {
        readonly gatewayId: string;
        readonly patch: { readonly [name: string]: unknown };
      }[];
      readonly nextPageToken: string;
    };
  };

  /** Makes a new password, shown this once; the old one is not valid any more. */
  "gateways.rotateCredentials": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
    };
    result: GatewayWithCredentials;
  };

  /** Logs more or less on a node for a while; then it logs as before. */
  "node.setLogLevel": {
    params: {
      readonly nodeId: string;
      readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
      /** A part of the node, as the field log.logger has it; * is all of it */
      readonly module?: string;
      /** After this it is as before; 900 when not given */
      readonly ttlSeconds?: number;
    };
    result: LogLevelChange;
  };

  /** All that a page about a gateway shows, from several services at once. */
  "overview.get": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
    };
    result: Overview;
  };

  /** users: get */
  "users.get": {
    params: { readonly userId: string };
    result: {
      readonly userId: string;
      readonly displayName: string;
      readonly role: "viewer" | "operator" | "admin";
      readonly disabled: boolean;
      readonly createTime: string;
      readonly updateTime: string;
    };
  };

  /** users: update */
  "users.update": {
    params: {
      readonly userId: string;
      readonly displayName?: string;
      readonly role?: "viewer" | "operator" | "admin";
      readonly password?: string;
      readonly disabled?: boolean;
    };
    result: {
      readonly userId: string;
      readonly displayName: string;
      readonly role: "viewer" | "operator" | "admin";
      readonly disabled: boolean;
      readonly createTime: string;
      readonly updateTime: string;
    };
  };

  /** users: delete */
  "users.delete": { params: { readonly userId: string }; result: null };

  /** api-keys: get */
  "api-keys.get": {
    params: { readonly keyId: string };
    result: {
      readonly keyId: string;
      readonly displayName: string;
      readonly role: "viewer" | "operator" | "admin" | "thirdparty";
      readonly prefix: string;
      readonly gatewayFilter: string;
      readonly expireTime: string | null;
      readonly lastUsedTime: string | null;
      readonly createTime: string;
      readonly updateTime: string;
    };
  };

  /** api-keys: update */
  "api-keys.update": {
    params: {
      readonly keyId: string;
      readonly displayName?: string;
      readonly gatewayFilter?: string;
      readonly expireTime?: string | null;
    };
    result: {
      readonly keyId: string;
      readonly displayName: string;
      readonly role: "viewer" | "operator" | "admin" | "thirdparty";
      readonly prefix: string;
      readonly gatewayFilter: string;
      readonly expireTime: string | null;
      readonly lastUsedTime: string | null;
      readonly createTime: string;
      readonly updateTime: string;
    };
  };

  /** api-keys: delete */
  "api-keys.delete": { params: { readonly keyId: string }; result: null };

  /** What is known of a file. */
  "artifacts.get": {
    params: {
      /** Id of an artifact */
      readonly artifactId: string;
    };
    result: Artifact;
  };

  /** Deletes a file. */
  "artifacts.delete": {
    params: {
      /** Id of an artifact */
      readonly artifactId: string;
    };
    result: null;
  };

  /** commands: get */
  "commands.get": {
    params: {
      /** Id of a command */
      readonly commandId: string;
    };
    result: {
      readonly id: string;
      readonly gatewayId: string;
      readonly name: string;
      readonly state: "PENDING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELED";
      readonly result?: unknown;
      readonly error?: { readonly code: number | string; readonly message: string };
      readonly createTime: string;
      readonly endTime?: string;
    };
  };

  /** One profile, with how many gateways follow it. */
  "config-profiles.get": { params: { readonly configProfileId: string }; result: ConfigProfile };

  /** Changes a profile; `desired` replaces. */
  "config-profiles.update": {
    params: {
      readonly configProfileId: string;
      readonly displayName?: string;
      readonly gatewayFilter?: string;
      readonly priority?: number;
      readonly desired?: { readonly [name: string]: unknown };
      readonly percent?: number;
    };
    result: ConfigProfile;
  };

  /** Deletes a profile: its values leave the gateways' desired. */
  "config-profiles.delete": { params: { readonly configProfileId: string }; result: null };

  /** One gateway. */
  "gateways.get": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
    };
    result: Gateway;
  };

  /** Changes the name or labels; a label that is null is removed. */
  "gateways.update": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      readonly displayName?: string;
      readonly labels?: { readonly [name: string]: string | null };
    };
    result: Gateway;
  };

  /** Deletes a gateway and all that is known of it. */
  "gateways.delete": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
    };
    result: null;
  };

  /** The cameras of a gateway, and what their streams have cost it. */
  "cameras.list": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: {
      readonly cameras: readonly Camera[];
      readonly nextPageToken: string;
      readonly streamed: { readonly seconds: number; readonly bytesEstimated: number };
    };
  };

  /** commands: create */
  "commands.create": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      readonly name: string;
      readonly args?: { readonly [name: string]: unknown };
      readonly timeoutSeconds?: number;
      readonly priority?: "HIGH" | "NORMAL" | "LOW";
      readonly reason?: string;
      readonly async?: boolean;
    };
    result: {
      readonly id: string;
      readonly gatewayId: string;
      readonly name: string;
      readonly state: "PENDING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELED";
      readonly result?: unknown;
      readonly error?: { readonly code: number | string; readonly message: string };
      readonly createTime: string;
      readonly endTime?: string;
    };
  };

  /** commands: list */
  "commands.list": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: {
      readonly commands: readonly {
        readonly id: string;
        readonly gatewayId: string;
        readonly name: string;
        readonly state: "PENDING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELED";
        readonly result?: unknown;
        readonly error?: { readonly code: number | string; readonly message: string };
        readonly createTime: string;
        readonly endTime?: string;
      }[];
      readonly nextPageToken: string;
    };
  };

  /** commands: log */
  "commands.log": {
    params: {
      /** Id of a command */
      readonly commandId: string;
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
    };
    result: {
      readonly log: readonly {
        readonly commandId: string;
        readonly seq: number;
        readonly level: string;
        readonly text: string;
        readonly time: string;
      }[];
      readonly nextPageToken: string;
    };
  };

  /** commands: gateway log */
  "commands.gatewayLog": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
    };
    result: {
      readonly commandLog: readonly {
        readonly commandId: string;
        readonly seq: number;
        readonly level: string;
        readonly text: string;
        readonly time: string;
      }[];
      readonly nextPageToken: string;
    };
  };

  /** How far the gateway has taken over what is desired. */
  "config.get": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
    };
    result: Config;
  };

  /** Sends the whole of desired again. */
  "config.resync": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
    };
    result: Config;
  };

  /** The CPU and heap profiles that a node keeps, a page at a time. */
  "node-profiles.list": {
    params: {
      /** Id of a node */
      readonly nodeId: string;
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** AIP-160 */
      readonly filter?: string;
      readonly orderBy?: string;
    };
    result: { readonly profiles: readonly NodeProfile[]; readonly nextPageToken: string };
  };

  /** Profiles a node for some seconds; the answer comes when the profile is there. */
  "node-profiles.capture": {
    params: {
      /** Id of a node */
      readonly nodeId: string;
      readonly kind: "CPU" | "HEAP";
      /** 10 when not given */
      readonly seconds?: number;
    };
    result: NodeProfile;
  };

  /** Is the gateway there, and since when. */
  "presence.get": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
    };
    result: Presence;
  };

  /** The twin of a gateway; FULL adds times and sources of each leaf. */
  "twins.get": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      readonly view?: "BASIC" | "FULL";
    };
    result: Twin;
  };

  /** The changes of a twin, newest first; with `at` the twin as it was then. */
  "journal.history": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** 50 when not given or 0; more than 1000 is taken as 1000 */
      readonly pageSize?: number;
      readonly pageToken?: string;
      /** a version, or a time in RFC 3339 */
      readonly at?: string;
    };
    result: { readonly history: readonly HistoryEntry[]; readonly nextPageToken: string } | Twin;
  };

  /** Lays a merge patch (RFC 7396) over desired. */
  "twins.updateDesired": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      readonly expectedVersion?: number;
      readonly reason?: string;
      readonly patch: { readonly [name: string]: unknown };
    };
    result: Twin;
  };

  /** Applies a JSON Patch (RFC 6902) to desired. */
  "twins.patchDesired": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      readonly expectedVersion?: number;
      readonly reason?: string;
      readonly operations: readonly unknown[];
    };
    result: Twin;
  };

  /** Replaces desired. */
  "twins.replaceDesired": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      readonly expectedVersion?: number;
      readonly reason?: string;
      readonly state: { readonly [name: string]: unknown };
    };
    result: Twin;
  };

  /** Watches a camera for a while; the first viewer lets its stream begin. */
  "cameras.startStream": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
      /** Who watches, in the caller's words */
      readonly viewer: string;
      /** 60 when not given */
      readonly ttlSeconds?: number;
    };
    result: StreamLease;
  };

  /** Goes on watching. */
  "cameras.keepStream": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
      /** Who watches, in the caller's words */
      readonly viewer: string;
      /** 60 when not given */
      readonly ttlSeconds?: number;
    };
    result: StreamLease;
  };

  /** Watches no longer; the stream ends when nobody does. */
  "cameras.stopStream": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
      /** Who watches, in the caller's words */
      readonly viewer: string;
    };
    result: Record<string, never>;
  };

  /** Turns a camera. */
  "cameras.move": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
      /** degrees */
      readonly pan: number;
      /** degrees */
      readonly tilt: number;
      /** part of the highest */
      readonly speed?: number;
    };
    result: {
      readonly id: string;
      readonly gatewayId: string;
      readonly name: string;
      readonly state: "PENDING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELED";
      readonly result?: unknown;
      readonly error?: { readonly code: number | string; readonly message: string };
      readonly createTime: string;
      readonly endTime?: string;
    };
  };

  /** Zooms a camera. */
  "cameras.zoom": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
      readonly zoom: number;
      /** part of the highest */
      readonly speed?: number;
    };
    result: {
      readonly id: string;
      readonly gatewayId: string;
      readonly name: string;
      readonly state: "PENDING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELED";
      readonly result?: unknown;
      readonly error?: { readonly code: number | string; readonly message: string };
      readonly createTime: string;
      readonly endTime?: string;
    };
  };

  /** Focuses a camera. */
  "cameras.focus": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
      readonly focus: number;
      /** part of the highest */
      readonly speed?: number;
    };
    result: {
      readonly id: string;
      readonly gatewayId: string;
      readonly name: string;
      readonly state: "PENDING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "CANCELED";
      readonly result?: unknown;
      readonly error?: { readonly code: number | string; readonly message: string };
      readonly createTime: string;
      readonly endTime?: string;
    };
  };

  /** Keeps others from moving a camera for a while. */
  "cameras.acquireControl": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
      /** 60 when not given */
      readonly ttlSeconds?: number;
    };
    result: { readonly holder: string; readonly expireTime: string; readonly cameraId: string };
  };

  /** Lets others move the camera again. */
  "cameras.releaseControl": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
    };
    result: Record<string, never>;
  };

  /** Takes a picture. */
  "cameras.snapshot": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
    };
    result: { readonly artifact: string; readonly url: string };
  };

  /** One camera: its stream, who watches, and who controls it. */
  "cameras.get": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
      /** Id of a camera, unique within its gateway */
      readonly cameraId: string;
    };
    result: Camera;
  };

  /** What is known of a profile. */
  "node-profiles.get": {
    params: {
      /** Id of a node */
      readonly nodeId: string;
      /** Id of a profile: its time, kind and reason */
      readonly profileId: string;
    };
    result: NodeProfile;
  };

  /** Deletes a profile. */
  "node-profiles.delete": {
    params: {
      /** Id of a node */
      readonly nodeId: string;
      /** Id of a profile: its time, kind and reason */
      readonly profileId: string;
    };
    result: null;
  };
};

export type Watches = {
  /** Events as they happen. */
  "events.watch": {
    params: {
      /** AIP-160 */
      readonly filter?: string;
    };
    data: JournalEvent;
  };

  /** The twin as it is (event `twin`), then its changes. */
  "twins.watch": {
    params: {
      /** Id of a gateway */
      readonly gatewayId: string;
    };
    data: Twin | JournalEvent;
  };
};

export const OPERATIONS: { readonly [Name in keyof Operations]: Route } = {
  "users.create": {
    method: "POST",
    path: "/v1/users",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "users.list": { method: "GET", path: "/v1/users", query: ["pageSize", "pageToken", "filter", "orderBy"] },
  "sessions.create": {
    method: "POST",
    path: "/v1/sessions",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "api-keys.create": {
    method: "POST",
    path: "/v1/apiKeys",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "api-keys.list": {
    method: "GET",
    path: "/v1/apiKeys",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "permissions.check": {
    method: "POST",
    path: "/v1/permissions:check",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "artifacts.list": {
    method: "GET",
    path: "/v1/artifacts",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "audit.list": {
    method: "GET",
    path: "/v1/auditLogs",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "cluster.get": { method: "GET", path: "/v1/cluster", query: [] },
  "commands.batch": {
    method: "POST",
    path: "/v1/commands:batch",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "config-profiles.create": {
    method: "POST",
    path: "/v1/configProfiles",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "config-profiles.list": {
    method: "GET",
    path: "/v1/configProfiles",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "config-profiles.preview": {
    method: "POST",
    path: "/v1/configProfiles:preview",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "gateways.create": {
    method: "POST",
    path: "/v1/gateways",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "gateways.batchCreate": {
    method: "POST",
    path: "/v1/gateways:batchCreate",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "gateways.list": {
    method: "GET",
    path: "/v1/gateways",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "journal.list": {
    method: "GET",
    path: "/v1/events",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "presence.summary": { method: "GET", path: "/v1/presence:summary", query: [] },
  "twins.list": {
    method: "GET",
    path: "/v1/twins",
    query: ["pageSize", "pageToken", "filter", "orderBy", "view"],
  },
  "sessions.deleteCurrent": { method: "DELETE", path: "/v1/sessions/current", query: [] },
  "users.changePassword": {
    method: "POST",
    path: "/v1/users/{userId}:changePassword",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "commands.cancel": {
    method: "POST",
    path: "/v1/commands/{commandId}:cancel",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "config-profiles.previewChange": {
    method: "POST",
    path: "/v1/configProfiles/{configProfileId}:preview",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "gateways.rotateCredentials": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}:rotateCredentials",
    query: [],
  },
  "node.setLogLevel": {
    method: "POST",
    path: "/v1/nodes/{nodeId}:setLogLevel",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "overview.get": { method: "GET", path: "/v1/gateways/{gatewayId}:overview", query: [] },
  "users.get": { method: "GET", path: "/v1/users/{userId}", query: [] },
  "users.update": {
    method: "PATCH",
    path: "/v1/users/{userId}",
    query: [],
    body: null,
    contentType: "application/merge-patch+json",
  },
  "users.delete": { method: "DELETE", path: "/v1/users/{userId}", query: [] },
  "api-keys.get": { method: "GET", path: "/v1/apiKeys/{keyId}", query: [] },
  "api-keys.update": {
    method: "PATCH",
    path: "/v1/apiKeys/{keyId}",
    query: [],
    body: null,
    contentType: "application/merge-patch+json",
  },
  "api-keys.delete": { method: "DELETE", path: "/v1/apiKeys/{keyId}", query: [] },
  "artifacts.get": { method: "GET", path: "/v1/artifacts/{artifactId}", query: [] },
  "artifacts.delete": { method: "DELETE", path: "/v1/artifacts/{artifactId}", query: [] },
  "commands.get": { method: "GET", path: "/v1/commands/{commandId}", query: [] },
  "config-profiles.get": { method: "GET", path: "/v1/configProfiles/{configProfileId}", query: [] },
  "config-profiles.update": {
    method: "PATCH",
    path: "/v1/configProfiles/{configProfileId}",
    query: [],
    body: null,
    contentType: "application/merge-patch+json",
  },
  "config-profiles.delete": { method: "DELETE", path: "/v1/configProfiles/{configProfileId}", query: [] },
  "gateways.get": { method: "GET", path: "/v1/gateways/{gatewayId}", query: [] },
  "gateways.update": {
    method: "PATCH",
    path: "/v1/gateways/{gatewayId}",
    query: [],
    body: null,
    contentType: "application/merge-patch+json",
  },
  "gateways.delete": { method: "DELETE", path: "/v1/gateways/{gatewayId}", query: [] },
  "cameras.list": {
    method: "GET",
    path: "/v1/gateways/{gatewayId}/cameras",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "commands.create": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/commands",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "commands.list": {
    method: "GET",
    path: "/v1/gateways/{gatewayId}/commands",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "commands.log": { method: "GET", path: "/v1/commands/{commandId}/log", query: ["pageSize", "pageToken"] },
  "commands.gatewayLog": {
    method: "GET",
    path: "/v1/gateways/{gatewayId}/commandLog",
    query: ["pageSize", "pageToken"],
  },
  "config.get": { method: "GET", path: "/v1/gateways/{gatewayId}/config", query: [] },
  "config.resync": { method: "POST", path: "/v1/gateways/{gatewayId}/config:resync", query: [] },
  "node-profiles.list": {
    method: "GET",
    path: "/v1/nodes/{nodeId}/profiles",
    query: ["pageSize", "pageToken", "filter", "orderBy"],
  },
  "node-profiles.capture": {
    method: "POST",
    path: "/v1/nodes/{nodeId}/profiles:capture",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "presence.get": { method: "GET", path: "/v1/gateways/{gatewayId}/presence", query: [] },
  "twins.get": { method: "GET", path: "/v1/gateways/{gatewayId}/twin", query: ["view"] },
  "journal.history": {
    method: "GET",
    path: "/v1/gateways/{gatewayId}/twin/history",
    query: ["pageSize", "pageToken", "at"],
  },
  "twins.updateDesired": {
    method: "PATCH",
    path: "/v1/gateways/{gatewayId}/twin/desired",
    query: ["reason"],
    body: "patch",
    contentType: "application/merge-patch+json",
  },
  "twins.patchDesired": {
    method: "PATCH",
    path: "/v1/gateways/{gatewayId}/twin/desired",
    query: ["reason"],
    body: "operations",
    contentType: "application/json-patch+json",
  },
  "twins.replaceDesired": {
    method: "PUT",
    path: "/v1/gateways/{gatewayId}/twin/desired",
    query: ["reason"],
    body: "state",
    contentType: "application/json",
  },
  "cameras.startStream": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:startStream",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "cameras.keepStream": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:keepStream",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "cameras.stopStream": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:stopStream",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "cameras.move": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:move",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "cameras.zoom": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:zoom",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "cameras.focus": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:focus",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "cameras.acquireControl": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:acquireControl",
    query: [],
    body: null,
    contentType: "application/json",
  },
  "cameras.releaseControl": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:releaseControl",
    query: [],
  },
  "cameras.snapshot": {
    method: "POST",
    path: "/v1/gateways/{gatewayId}/cameras/{cameraId}:snapshot",
    query: [],
  },
  "cameras.get": { method: "GET", path: "/v1/gateways/{gatewayId}/cameras/{cameraId}", query: [] },
  "node-profiles.get": { method: "GET", path: "/v1/nodes/{nodeId}/profiles/{profileId}", query: [] },
  "node-profiles.delete": { method: "DELETE", path: "/v1/nodes/{nodeId}/profiles/{profileId}", query: [] },
};

export const WATCHES: { readonly [Name in keyof Watches]: Route } = {
  "events.watch": { method: "GET", path: "/v1/events:watch", query: ["filter"] },
  "twins.watch": { method: "GET", path: "/v1/gateways/{gatewayId}/twin:watch", query: [] },
};

/** The member of each page that has its items. */
export const COLLECTIONS = {
  "users.list": "users",
  "api-keys.list": "apiKeys",
  "artifacts.list": "artifacts",
  "audit.list": "auditLogs",
  "config-profiles.list": "configProfiles",
  "config-profiles.preview": "gateways",
  "gateways.list": "gateways",
  "journal.list": "events",
  "twins.list": "twins",
  "config-profiles.previewChange": "gateways",
  "cameras.list": "cameras",
  "commands.list": "commands",
  "commands.log": "log",
  "commands.gatewayLog": "commandLog",
  "node-profiles.list": "profiles",
} as const;
