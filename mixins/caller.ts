import type { Context } from "moleculer";
import { Principal } from "../actors/contracts/access.ts";
import { checker } from "../actors/contracts/validate.ts";

const check = checker(Principal);

/** Who the open API calls for; undefined for calls of our own. */
export function callerOf({ meta }: Context): Principal | undefined {
  return "principal" in meta ? check(meta.principal) : undefined;
}
