import { Type } from "typebox";
import type { ActionContract } from "./action.ts";

const closed = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const Ref = { type: Type.String({ maxLength: 32 }), partition: Count };

export const Cluster = Type.Object(
  {
    nodes: Type.Array(
      Type.Object(
        {
          nodeId: Type.String(),
          roles: Type.Array(Type.String()),
          version: Type.Optional(Type.String({ description: "not told by nodes before 0.5" })),
          sessionExpireTime: Type.String({ description: "RFC 3339 in UTC" }),
        },
        closed,
      ),
    ),
    partitions: Type.Record(
      Type.String(),
      Type.Object({ total: Count, owned: Count, owners: Type.Record(Type.String(), Count) }, closed),
    ),
  },
  { ...closed, title: "Cluster" },
);

export const clusterActions = {
  /** The nodes that are alive, and how many partitions of each type they own. */
  "cluster.get": {
    summary: "The nodes that are alive, and how many partitions they own.",
    params: Type.Object({}, closed),
    result: Cluster,
    rest: { method: "GET", path: "/v1/cluster", role: "operator", body: "none" },
    cacheSeconds: 1,
  },
  /** Who owns which partition of a type; a null owner is nobody. Empty when there is no such type. */
  "cluster.partitions": {
    params: Type.Object({ type: Ref.type }, closed),
    result: Type.Object(
      {
        partitions: Type.Array(
          Type.Object(
            { partition: Count, owner: Type.Union([Type.String(), Type.Null()]), epoch: Count },
            closed,
          ),
        ),
      },
      closed,
    ),
  },
  /** Pinned to the owner: moves the partition to the node that comes next. False: it is not owned there. */
  "node.handOff": {
    params: Type.Object(Ref, closed),
    result: Type.Object({ moved: Type.Boolean() }, closed),
  },
  /** Pinned to a node: gives all its partitions to the others; it takes none any more until it is started anew. */
  "node.drain": {
    params: Type.Object(
      { timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 300 })) },
      closed,
    ),
    result: Type.Object({ left: Count }, closed),
  },
} as const satisfies Record<string, ActionContract>;
