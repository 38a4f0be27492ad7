import type { UpKind } from "../../../actors/contracts/payloads.ts";

/**
 * `twins`: handed to the twin as it is. `presence`: checked here, acknowledged, and handed on to presence. `both`: to
 * the twin, whose commit is waited for, and a copy to presence. `commands`: handed to the owner of the gateway's
 * commands as it is. `none`: checked here and acknowledged; nobody takes it in yet.
 */
type Route = "twins" | "presence" | "both" | "commands" | "none";

export const ROUTES = {
  hello: "both",
  reported: "twins",
  get: "twins",
  telemetry: "none",
  heartbeat: "presence",
  event: "twins",
  log: "commands",
  task: "none",
  bye: "presence",
} as const satisfies Record<UpKind, Route>;

type KindTo<Destination extends Route> = {
  [Kind in UpKind]: (typeof ROUTES)[Kind] extends Destination ? Kind : never;
}[UpKind];

export type KindForTwins = KindTo<"twins" | "both">;
export type KindForCommands = KindTo<"commands">;
export type KindForPresence = KindTo<"presence" | "both">;
