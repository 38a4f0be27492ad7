import type { UpKind } from "../../../actors/contracts/payloads.ts";

/** `twins`: handed to the twin as it is. `none`: checked here and acknowledged; nobody takes it in yet. */
type Route = "twins" | "none";

export const ROUTES: Readonly<Record<UpKind, Route>> = {
  hello: "twins",
  reported: "twins",
  get: "twins",
  telemetry: "none",
  heartbeat: "none",
  event: "twins",
  log: "none",
  task: "none",
  bye: "none",
};
