import { type Static, Type } from "typebox";
import { type ActionContract, ROLES } from "./action.ts";
import { ListParams } from "./gateways.ts";
import { GatewayId } from "./ids.ts";

const closed = { additionalProperties: false } as const;
const Rfc3339 = Type.String({ description: "RFC 3339 in UTC" });

const described = {
  actor: Type.String({ description: "as the history names callers; 'anyone' when nobody is known" }),
  role: Type.Enum(["anyone", ...ROLES]),
  method: Type.String({ description: "of HTTP" }),
  permission: Type.String({ description: "the name of the action or the watch" }),
  /** Never the query, nor a body: they may have secrets. */
  target: Type.String({ description: "the resource that the path names, without /v1/" }),
  gatewayId: Type.Optional(GatewayId),
  status: Type.Integer({ description: "of HTTP" }),
  reason: Type.Optional(Type.String({ description: "of the error, as in its ErrorInfo" })),
  latencyMs: Type.Integer({ minimum: 0, description: "of a watch: how long it was open" }),
  traceId: Type.Optional(Type.String({ description: "of the traceparent that came with the call" })),
  requestId: Type.String(),
  sourceAddress: Type.String({ description: "IP address" }),
};

/** One call over REST that is to be accounted for. `time`: when it had ended. */
export const AuditLog = Type.Object(
  { auditLogId: Type.String(), time: Rfc3339, ...described },
  { ...closed, title: "AuditLog" },
);
export type AuditLog = Static<typeof AuditLog>;

/** The same before it is stored; `time` in epoch milliseconds. */
export type AuditEntry = Omit<AuditLog, "auditLogId" | "time"> & { readonly time: number };

export const auditActions = {
  /** Newest first when `orderBy` is not given. For admins: those it tells of shall not read it. */
  "audit.list": {
    summary: "All calls of third parties and all changes: who, what, from where, with what result.",
    params: Type.Object(ListParams, closed),
    result: Type.Object({ auditLogs: Type.Array(AuditLog), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path: "/v1/auditLogs", role: "admin", body: "none" },
  },
} as const satisfies Record<string, ActionContract>;
