import type { Sync } from "../config/contract.ts";
import type { Refusal } from "../contracts/config.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";
import { type Acknowledgement, acknowledgementOf, isAnswerTo, isRefusal } from "./acknowledgement.ts";
import type { TwinSync } from "./contract.ts";
import { pointerTo } from "./json-pointer.ts";
import { deltaOf, memberObject } from "./merge-patch.ts";
import type { DesiredSection, TwinState } from "./state.ts";
import { type Stamps, stampsAt } from "./times.ts";

const MAX_REFUSALS = 16;
const MAX_TEXT_LENGTH = 256;

/** Told of each missing value that the gateway has answered: is it to be left out? */
type LeaveOut = (answer: Acknowledgement, path: readonly string[]) => boolean;
type Walk = { readonly desired: DesiredSection; readonly leaveOut: LeaveOut };

/** How reported stands to desired. */
export function syncOf(state: TwinState): Sync {
  const refused: Refusal[] = [];
  const open = missing(state, (answer, path) => {
    if (!isRefusal(answer)) return false;
    if (refused.length < MAX_REFUSALS) refused.push(refusalOf(answer, path));
    return true;
  });
  if (refused.length > 0) return { state: open ? "open" : "refused", refused };
  return open ? { state: "open", ...(wasNeverHeard(state) && { neverHeard: true }) } : { state: "synced" };
}

export function wasNeverHeard({ boot, reported }: TwinState): boolean {
  return boot === undefined && reported.version === 0;
}

/** For the first event by the gateway: whoever waits with what is desired of it learns that it is there. */
export function firstWord(state: TwinState): { readonly sync?: TwinSync } {
  if (!wasNeverHeard(state) || state.desired.version === 0) return {};
  const { neverHeard: _, ...sync } = syncOf(state);
  return { sync: { ...sync, desiredVersion: state.desired.version } };
}

/** The delta without what the gateway has refused: to send that again would not help. */
export function openDelta(state: TwinState): JsonObject | undefined {
  return missing(state, isRefusal);
}

/** The delta without what the gateway says it knows of, be it that it refuses or that it is at work on it. */
export function unansweredDelta(state: TwinState): JsonObject | undefined {
  return missing(state, () => true);
}

/** Does the patch name something that is in the document? If not, it changes nothing between the two. */
export function touches(patch: JsonObject, document: JsonObject): boolean {
  return Object.keys(patch).some((key) => {
    if (!Object.hasOwn(document, key)) return false;
    const [value, wished] = [patch[key], document[key]];
    if (!isJsonObject(value) || !isJsonObject(wished)) return true;
    return Object.keys(wished).length === 0 || touches(value, wished);
  });
}

function missing({ desired, reported }: TwinState, leaveOut: LeaveOut): JsonObject | undefined {
  const delta = deltaOf(desired.state, reported.state);
  return delta && rest({ desired, leaveOut }, delta, reported.state, desired.versions, []);
}

function rest(
  walk: Walk,
  delta: JsonObject,
  reported: JsonObject,
  versions: Stamps<number>,
  path: readonly string[],
): JsonObject | undefined {
  let result: Record<string, JsonValue> | undefined;
  for (const key of Object.keys(delta)) {
    const value = delta[key] as JsonValue;
    const have = memberObject(reported, key);
    const left = have ? restAt(walk, value, have, stampsAt(versions, key), [...path, key]) : value;
    if (left === undefined) continue;
    result ??= {};
    result[key] = left;
  }
  return result;
}

function restAt(
  walk: Walk,
  value: JsonValue,
  have: JsonObject,
  versions: Stamps<number> = walk.desired.version,
  path: readonly string[],
): JsonValue | undefined {
  if (isJsonObject(value)) return rest(walk, value, have, versions, path);
  const answer = acknowledgementOf(have);
  const isAnswered = answer && typeof versions === "number" && isAnswerTo(answer, versions, walk.desired);
  return isAnswered && walk.leaveOut(answer, path) ? undefined : value;
}

function refusalOf({ code, text = "" }: Acknowledgement, path: readonly string[]): Refusal {
  return { path: pointerTo(path), code, text: text.slice(0, MAX_TEXT_LENGTH).toWellFormed() };
}
