import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";
import { Camera } from "./cameras.ts";
import { Config } from "./config.ts";
import { ERRORS, type ErrorType } from "./errors.ts";
import { Gateway } from "./gateways.ts";
import { GatewayId } from "./ids.ts";
import { Presence } from "./presence.ts";
import { Twin } from "./twins.ts";

const closed = { additionalProperties: false } as const;

/** What an overview tells beside the gateway itself. Each part may be missing, and is named as unavailable then. */
const parts = {
  twin: Type.Optional(Twin),
  presence: Type.Optional(Presence),
  config: Type.Optional(Config),
  cameras: Type.Optional(Type.Array(Camera)),
};
export type OverviewPart = keyof typeof parts;
export const OVERVIEW_PARTS = Object.keys(parts) as OverviewPart[];

const Unavailable = Type.Object(
  { part: Type.Enum(OVERVIEW_PARTS), reason: Type.Enum(Object.keys(ERRORS) as ErrorType[]) },
  closed,
);

export const Overview = Type.Object(
  {
    gateway: Gateway,
    ...parts,
    unavailable: Type.Array(Unavailable, {
      description: "Parts that are not there, and why; empty: it is whole",
    }),
  },
  { ...closed, title: "Overview" },
);
export type Overview = Static<typeof Overview>;

export const overviewActions = {
  "overview.get": {
    summary: "All that a page about a gateway shows, from several services at once.",
    params: Type.Object({ gatewayId: GatewayId }, closed),
    result: Overview,
    rest: { method: "GET", path: "/v1/gateways/:gatewayId:overview", role: "viewer", body: "none" },
  },
} as const satisfies Record<string, ActionContract>;
