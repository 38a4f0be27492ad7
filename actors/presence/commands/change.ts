import type { Context, Decision } from "../../runtime/actor.ts";
import type { PresenceEvent, PresenceEvents } from "../contract.ts";
import { graceOf } from "../deadlines.ts";
import { isFlapping } from "../flapping.ts";
import type { PresenceSettings } from "../settings.ts";
import type { Ended, GatewayPresence } from "../state.ts";

type Changed = PresenceEvents["presence.changed"];

/** That people should know of a new state; nothing when it is the old one. */
export function changeTo(
  { flapping }: PresenceSettings,
  state: GatewayPresence,
  to: Changed["to"],
  reason: Changed["reason"],
  now: number,
): PresenceEvent[] {
  const { state: from } = state;
  if (from === to) return [];
  const mark = isFlapping(flapping, state, now) ? { isFlapping: true } : {};
  return [{ type: "presence.changed", from, to, reason, ...mark }];
}

/** What follows when no connection is open any more. */
export function afterTheLast(
  settings: PresenceSettings,
  state: GatewayPresence,
  ended: Ended,
  { now }: Context,
): Required<Pick<Decision<PresenceEvent, never>, "events" | "timers">> {
  const graceMs = graceOf(settings, state, ended, now);
  const to = stateAfter(settings, state, ended, now);
  return {
    events: changeTo(settings, state, to, ended.reason, now),
    timers: [
      { name: "keepAlive", at: null },
      { name: "grace", at: graceMs > 0 ? now + graceMs : null },
    ],
  };
}

function stateAfter(
  { flapping }: PresenceSettings,
  state: GatewayPresence,
  { reason }: Ended,
  now: number,
): Changed["to"] {
  if (reason === "left") return "OFFLINE";
  // There is a newer one, of which another edge has yet to tell.
  const isReplaced = reason === "taken_over";
  // One that keeps coming back would be told of twice each time.
  const isUnnoticed = isReplaced || (reason !== "stopped" && isFlapping(flapping, state, now));
  return state.state === "ONLINE" && isUnnoticed ? "ONLINE" : "SUSPECT";
}
