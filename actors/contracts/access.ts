import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";

const closed = { additionalProperties: false } as const;

/** Who calls, as the history and the logs name it. */
export const Principal = Type.Object(
  { name: Type.String(), role: Type.Enum(["viewer", "operator", "admin"]) },
  closed,
);
export type Principal = Static<typeof Principal>;

export const accessActions = {
  /** The holder of a bearer token, or null when the token is not known. */
  "access.authenticate": {
    params: Type.Object({ token: Type.String({ maxLength: 1024 }) }, closed),
    result: Type.Object({ principal: Type.Union([Principal, Type.Null()]) }, closed),
  },
} as const satisfies Record<string, ActionContract>;
