import type { Context } from "../../runtime/actor.ts";
import type { TwinEvents } from "../contract.ts";
import { advance } from "../sequence.ts";
import type { TwinState } from "../state.ts";
import { applyToSection } from "./apply.ts";

export function reportedUpdated(
  state: TwinState,
  event: TwinEvents["twin.reported.updated"],
  { now }: Context,
): TwinState {
  const reported = applyToSection(state.reported, event.patch, now, event.bytes);
  return { ...advance(state, event), version: state.version + 1, reported };
}
