import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";
import { ListParams } from "./gateways.ts";

const closed = { additionalProperties: false } as const;
const Bytes = Type.Integer({ minimum: 0, description: "bytes" });

/** CPU: what the node's main thread did. HEAP: who allocated what was still in use at its end. */
export const PROFILE_KINDS = ["CPU", "HEAP"] as const;
export type ProfileKind = (typeof PROFILE_KINDS)[number];

/** What of the node was too much for too long, or MANUAL: somebody asked for it. */
export const PROFILE_REASONS = ["CPU", "MEMORY", "LAG", "MANUAL"] as const;
export type ProfileReason = (typeof PROFILE_REASONS)[number];

const OnNode = { nodeId: Type.String({ minLength: 1, maxLength: 256, description: "Id of a node" }) };
const ProfileId = Type.String({
  pattern: "^[0-9]{8}t[0-9]{9}z-(cpu|heap)-(cpu|memory|lag|manual)$",
  description: "Id of a profile: its time, kind and reason",
});

/** A file that Chrome's DevTools, VS Code and speedscope open. It never changes. */
export const NodeProfile = Type.Object(
  {
    profileId: ProfileId,
    /** Which node was profiled: an earlier one where its `DATA_DIR` was used under another id. */
    nodeId: Type.String(),
    kind: Type.Enum(PROFILE_KINDS),
    reason: Type.Enum(PROFILE_REASONS),
    size: Bytes,
    filename: Type.String(),
    createTime: Type.String({ description: "RFC 3339 in UTC" }),
  },
  { ...closed, title: "NodeProfile" },
);
export type NodeProfile = Static<typeof NodeProfile>;

const ById = Type.Object({ ...OnNode, profileId: ProfileId }, closed);
const path = "/v1/nodes/:nodeId/profiles";
const one = `${path}/:profileId`;

/** Every node keeps its own, and hands calls for another node on to it. All throw NODE_NOT_FOUND. */
export const nodeProfileActions = {
  /** Newest first when `orderBy` is not given. */
  "node-profiles.list": {
    summary: "The CPU and heap profiles that a node keeps, a page at a time.",
    params: Type.Object({ ...OnNode, ...ListParams }, closed),
    result: Type.Object({ profiles: Type.Array(NodeProfile), nextPageToken: Type.String() }, closed),
    rest: { method: "GET", path, role: "admin", body: "none" },
  },
  "node-profiles.get": {
    summary: "What is known of a profile.",
    params: ById,
    result: NodeProfile,
    rest: { method: "GET", path: one, role: "admin", body: "none" },
  },
  "node-profiles.download": {
    summary: "The content of a profile, or a range of it.",
    params: ById,
    result: NodeProfile,
    rest: { method: "GET", path: `${one}:download`, role: "admin", body: "none", transfer: "download" },
  },
  /** Throws CAPTURE_RUNNING, PROFILES_UNAVAILABLE. */
  "node-profiles.capture": {
    summary: "Profiles a node for some seconds; the answer comes when the profile is there.",
    params: Type.Object(
      {
        ...OnNode,
        kind: Type.Enum(PROFILE_KINDS),
        seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, description: "10 when not given" })),
      },
      closed,
    ),
    result: NodeProfile,
    rest: {
      method: "POST",
      path: `${path}:capture`,
      role: "admin",
      body: "fields",
      waits: { param: "seconds", defaultSeconds: 10 },
    },
  },
  "node-profiles.delete": {
    summary: "Deletes a profile.",
    params: ById,
    result: Type.Null(),
    rest: { method: "DELETE", path: one, role: "admin", status: 204, body: "none" },
  },
  /** The bytes from `start` to `end`, without that one; fewer when they are too many for one answer. */
  "node-profiles.read": {
    params: Type.Object({ ...OnNode, profileId: ProfileId, start: Bytes, end: Bytes }, closed),
    result: Type.Object({ bytes: Type.Unsafe<Uint8Array>({}) }, closed),
  },
} as const satisfies Record<string, ActionContract>;
