import type { Context, Decision } from "../../runtime/actor.ts";
import type { ConfigEvent, ConfigView } from "../contract.ts";
import type { ConfigRules } from "../reconcile.ts";
import type { ConfigState } from "../state.ts";
import { viewOf } from "../view.ts";

export function getConfig(
  _rules: ConfigRules,
  state: ConfigState,
  _params: Record<never, never>,
  { actorId }: Context,
): Decision<ConfigEvent, ConfigView> {
  return { reply: viewOf(actorId, state) };
}
