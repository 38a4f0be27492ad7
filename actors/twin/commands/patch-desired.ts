import { DomainError } from "../../contracts/errors.ts";
import { isJsonObject } from "../../contracts/json.ts";
import type { Context, Decision } from "../../runtime/actor.ts";
import type { TwinCommands, TwinEvent, TwinView } from "../contract.ts";
import { applyJsonPatch } from "../json-patch.ts";
import { ownDesired } from "../profiles.ts";
import type { TwinState } from "../state.ts";
import { changeDesired } from "./change-desired.ts";
import { replacement } from "./replace-desired.ts";
import type { TwinRules } from "./rules.ts";

/** RFC 6902 on desired: all operations or none. */
export function patchDesired(
  rules: TwinRules,
  state: TwinState,
  params: TwinCommands["patchDesired"]["params"],
  context: Context,
): Decision<TwinEvent, TwinView> {
  return changeDesired(rules, state, params, context, () => {
    const result = applyJsonPatch(ownDesired(state), params.operations, rules.limits);
    if (isJsonObject(result)) return replacement(rules, state, result);
    throw new DomainError("NOT_AN_OBJECT", { what: "desired state" });
  });
}
