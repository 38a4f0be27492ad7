import type { ActionContract } from "../../actors/contracts/action.ts";
import { ACTIONS, WATCHES } from "../../actors/contracts/contract.ts";
import type { WatchContract } from "../../actors/contracts/watch.ts";

const CONTRACTS: Readonly<Record<string, ActionContract | WatchContract>> = { ...ACTIONS, ...WATCHES };

/** The name of the resource that a call was for: its path without `/v1/` and without the verb behind a colon. */
export function targetOf(permission: string, parameters: Readonly<Record<string, string>>): string {
  const path = CONTRACTS[permission]?.rest?.path ?? "";
  const resource = path.replace("/v1/", "").replace(/(?<!\/):[A-Za-z]+$/, "");
  return resource.replace(/:([A-Za-z]+)/g, (_, name: string) => parameters[name] ?? "");
}
