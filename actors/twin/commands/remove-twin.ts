import type { Decision } from "../../runtime/actor.ts";
import type { TwinCommands, TwinEvent } from "../contract.ts";
import { EMPTY_TWIN, type TwinState } from "../state.ts";
import type { TwinRules } from "./rules.ts";

/** The gateway was deleted: a later one of the same id starts with an empty twin. */
export function removeTwin(
  _rules: TwinRules,
  state: TwinState,
  { by }: TwinCommands["removeTwin"]["params"],
): Decision<TwinEvent, null> {
  return { events: state === EMPTY_TWIN ? [] : [{ type: "twin.removed", by }], reply: null };
}
