import type { TwinEvents } from "../contract.ts";
import { ownDesired } from "../profiles.ts";
import type { TwinState } from "../state.ts";

/** Desired stays as it is: the update of desired that follows from it is an event of its own. */
export function profilesLaid(state: TwinState, { layers }: TwinEvents["twin.profiles.laid"]): TwinState {
  const { profiles: _, ...rest } = state;
  return layers.length > 0 ? { ...rest, profiles: { own: ownDesired(state), layers } } : rest;
}
