import { REMEMBERED_BOOTS } from "../contracts/limits.ts";
import type { TwinState } from "./state.ts";

/** Where in a gateway's life a message was sent. Without `boot` it belongs to the present power-on. */
export type Position = { readonly boot?: string; readonly seq?: number };

/** A copy, an older one, or one of an earlier power-on: it is acknowledged and changes nothing. */
export function isStale(state: TwinState, { boot, seq }: Position): boolean {
  if (boot !== undefined && boot !== state.boot) return state.pastBoots.includes(boot);
  return seq !== undefined && state.seq !== undefined && seq <= state.seq;
}

/** Would `advance` change the state? Only for a position that is not stale. */
export function isAhead(state: TwinState, { boot, seq }: Position): boolean {
  return seq !== undefined || (boot !== undefined && boot !== state.boot);
}

export function advance(state: TwinState, position: Position): TwinState {
  const { boot, seq } = position;
  if (!isAhead(state, position)) return state;
  if (boot === undefined || boot === state.boot) return seq === undefined ? state : { ...state, seq };
  const { boot: lastBoot, seq: _, ...rest } = state;
  const pastBoots = lastBoot === undefined ? state.pastBoots : [...state.pastBoots, lastBoot];
  return { ...rest, boot, ...(seq !== undefined && { seq }), pastBoots: pastBoots.slice(-REMEMBERED_BOOTS) };
}
