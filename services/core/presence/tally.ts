import type { PresenceState } from "../../../actors/contracts/presence.ts";
import type { PresenceEvent } from "../../../actors/presence/contract.ts";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";

/** Gateways by state, and those that exist. */
export type Tally = {
  readonly online: number;
  readonly suspect: number;
  readonly offline: number;
  readonly registered: number;
};

type Step = readonly [column: keyof Tally, by: number];

/** What the events of a row do to the counts. */
export function tallied(before: Tally, { changes }: DeliveredRow): Tally {
  const tally: { -readonly [Column in keyof Tally]: number } = { ...before };
  for (const { events = [] } of changes)
    for (const [column, by] of (events as readonly CountedEvent[]).flatMap(stepsOf)) tally[column] += by;
  return tally;
}

function stepsOf(event: CountedEvent): readonly Step[] {
  switch (event.type) {
    case "presence.changed":
      return [...stepOf(event.from, -1), ...stepOf(event.to, 1)];
    case "presence.removed":
      return stepOf(event.from, -1);
    case "gateway.created":
      return [["registered", 1]];
    case "gateway.deleted":
      return [["registered", -1]];
    default:
      return [];
  }
}

function stepOf(state: PresenceState, by: number): readonly Step[] {
  return state === "UNKNOWN" ? [] : [[COLUMNS[state], by]];
}

const COLUMNS: Readonly<Record<Exclude<PresenceState, "UNKNOWN">, keyof Tally>> = {
  ONLINE: "online",
  SUSPECT: "suspect",
  OFFLINE: "offline",
};

/** Of presence actors and of the registry; others are not counted. */
type CountedEvent =
  | PresenceEvent
  | { readonly type: "gateway.created" | "gateway.deleted" | "gateway.updated" };
