import type { ConfigEvent } from "../contract.ts";
import type { ConfigState } from "../state.ts";

/** The other events tell people what `config.changed` beside them has done. */
export function apply(state: ConfigState, event: ConfigEvent): ConfigState {
  return event.type === "config.changed" ? { ...state, ...event.set } : state;
}
