import { isJsonObject } from "../../../actors/contracts/json.ts";
import { DEFAULT_LIMITS } from "../../../actors/contracts/limits.ts";
import type { PackedTwin } from "../../../actors/twin/document.ts";
import { EMPTY_TWIN, type TwinState } from "../../../actors/twin/state.ts";
import { twinActor } from "../../../actors/twin/twin.ts";
import type { EventRow } from "./pages.ts";

/** A twin as the journal knows it; undefined: changes from before the journal began are missing. */
export type Known = TwinState | undefined;

/** What a fold needs of an event. */
type Step = Pick<EventRow, "gatewayId" | "type" | "version" | "time" | "data">;

const { evolve, pack, unpack } = twinActor({ limits: DEFAULT_LIMITS });

/** The twin after one more of its events. Versions that do not join are the sign of a missing change. */
export function foldStep(state: Known, { gatewayId, type, version, time, data }: Step): Known {
  if (version === null) return state;
  if (type === "twin.removed") return EMPTY_TWIN;
  const { patch, sectionVersion } = data;
  if (state?.version !== version - 1 || !isJsonObject(patch)) return undefined;
  const change = { patch, versions: [version, Number(sectionVersion)] as const };
  const context = { actorId: gatewayId, now: time };
  return type === "twin.desired.updated"
    ? evolve(state, { type, ...change, by: "" }, context)
    : evolve(state, { type: "twin.reported.updated", ...change }, context);
}

/** As it is stored in a base. */
export function textOf(state: Known): string | null {
  return state ? JSON.stringify(pack(state)) : null;
}

export function stateOf(text: string | null): Known {
  if (text === null) return undefined;
  const packed: PackedTwin = JSON.parse(text);
  return unpack(packed);
}
