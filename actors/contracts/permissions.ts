import { type ActionContract, RANKS, type Rank, type Role } from "./action.ts";
import { ACTIONS, type ActionName, WATCHES, type WatchName } from "./contract.ts";
import type { WatchContract } from "./watch.ts";

/**
 * Who may do what: the one place to read it. A permission has the name of the action or the watch. A viewer, an
 * operator and an admin have those whose binding asks for no more than that; third parties have these. All else is denied.
 */
const OF_THIRD_PARTIES = ["cameras.*", "twins.get", "twins.list", "twins.watch", "presence.get"];

/**
 * How a call is kept to the gateways of a caller that has some only. `gateway`: its path names the one it is for.
 * `command`: the id of the command in its path does. `none`: it is about no gateway. `filter`: what its param `filter` knows of gateways; the caller's filter is added to
 * it. `ids`: the param that lists all gateways it is for.
 */
export type Reach =
  | "gateway"
  | "command"
  | "none"
  | { readonly filter: readonly ("gatewayId" | "labels")[] }
  | { readonly ids: string };

/** Where the path does not say it. What has none is denied to callers that have some gateways only. */
const REACHES: { readonly [Name in ActionName | WatchName]?: Reach } = {
  "gateways.list": { filter: ["gatewayId", "labels"] },
  "twins.list": { filter: ["gatewayId", "labels"] },
  "journal.list": { filter: ["gatewayId"] },
  "events.watch": { filter: ["gatewayId"] },
  "commands.batch": { ids: "gatewayIds" },
  "commands.get": "command",
  "commands.cancel": "command",
  "commands.log": "command",
  "permissions.check": "none",
};

type Rule = { readonly least: Rank; readonly reach: Reach | undefined };

/** Everything that the open API offers. */
export const PERMISSIONS: ReadonlyMap<string, Rule> = new Map([...ofActions(), ...ofWatches()]);

/** `rule` says in words what decided. */
export type Verdict = { readonly allowed: boolean; readonly rule: string };

/** May the role do it, with some gateway at least? */
export function roleVerdict(role: Role | "anyone", permission: string): Verdict {
  const least = PERMISSIONS.get(permission)?.least;
  if (!least)
    return {
      allowed: false,
      rule: `There is no permission '${permission}', and what no rule allows is denied.`,
    };
  if (least === "anyone") return { allowed: true, rule: `Anyone has '${permission}'.` };
  if (role === "thirdparty") return thirdPartyVerdict(permission);
  const allowed = RANKS.indexOf(role) >= RANKS.indexOf(least);
  const above = least === "admin" ? "" : " and above";
  return { allowed, rule: `'${permission}' is for the role ${least}${above}; the caller's is ${role}.` };
}

function thirdPartyVerdict(permission: string): Verdict {
  const entry = OF_THIRD_PARTIES.find((each) => each === permission || each === `${serviceOf(permission)}.*`);
  if (entry) return { allowed: true, rule: `Third parties have '${entry}'.` };
  return {
    allowed: false,
    rule: `Third parties have ${OF_THIRD_PARTIES.join(", ")} only, not '${permission}'.`,
  };
}

function serviceOf(permission: string): string {
  return permission.slice(0, permission.lastIndexOf("."));
}

function ofActions(): [string, Rule][] {
  const names = Object.keys(ACTIONS) as ActionName[];
  return names.flatMap((name): [string, Rule][] => {
    const { rest }: ActionContract = ACTIONS[name];
    return rest ? [[name, { least: rest.role, reach: reachOf(name, rest.path) }]] : [];
  });
}

function ofWatches(): [string, Rule][] {
  const names = Object.keys(WATCHES) as WatchName[];
  return names.map((name) => {
    const { rest }: WatchContract = WATCHES[name];
    return [name, { least: rest.role, reach: reachOf(name, rest.path) }];
  });
}

function reachOf(name: ActionName | WatchName, path: string): Reach | undefined {
  return /\/:gatewayId(?![A-Za-z])/.test(path) ? "gateway" : REACHES[name];
}
