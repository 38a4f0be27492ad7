import type { CloseReason } from "../../actors/contracts/presence.ts";
import type {
  Connection,
  PresenceCommand,
  PresenceEvent,
  PresenceEvents,
  PresenceReply,
} from "../../actors/presence/contract.ts";
import { presenceActor } from "../../actors/presence/presence.ts";
import { DEFAULT_PRESENCE_SETTINGS } from "../../actors/presence/settings.ts";
import { EMPTY_PRESENCE, type GatewayPresence } from "../../actors/presence/state.ts";
import type { Context, Decision } from "../../actors/runtime/actor.ts";

export const presence = presenceActor({ settings: DEFAULT_PRESENCE_SETTINGS, lastSeen: () => null });

/** A minute's silence is 1.5 times as long, and the slack. */
const KEEP_ALIVE = 60_000;
export const SILENCE = 100_000;
export const GRACE = 10_000;

export const connection = (sessionId: string, keepAliveMs = KEEP_ALIVE): Connection => ({
  sessionId,
  node: "node-1",
  keepAliveMs,
});

export const open = (sessionId: string, keepAliveMs = KEEP_ALIVE): PresenceCommand => ({
  name: "openConnection",
  params: { connection: connection(sessionId, keepAliveMs) },
});

export const close = (sessionId: string, reason: CloseReason = "lost"): PresenceCommand => ({
  name: "closeConnection",
  params: { sessionId, reason },
});

export const keepAliveDue = (lastSeen: number | null): PresenceCommand => ({
  name: "keepAliveDue",
  params: { lastSeen },
});
export const graceDue: PresenceCommand = { name: "graceDue", params: {} };
export const remove: PresenceCommand = { name: "removePresence", params: {} };
export const get: PresenceCommand = { name: "getPresence", params: {} };

type Step = Decision<PresenceEvent, PresenceReply> & { readonly state: GatewayPresence };

/** What one command does. The owner has listened since 0, when nothing else is said. */
export function step(state: GatewayPresence, command: PresenceCommand, now: number, ownedSince = 0): Step {
  const context: Context = { actorId: "gw-1", now, ownedSince };
  const decision = presence.decide(state, command, context);
  const folded = (decision.events ?? []).reduce(
    (before, event) => presence.evolve(before, event, context),
    state,
  );
  return { ...decision, state: folded };
}

/** The presence after all commands; the first happens at 1000, each later one a second later. */
export function after(...commands: readonly PresenceCommand[]): GatewayPresence {
  return commands.reduce(
    (state, command, index) => step(state, command, 1000 * (index + 1)).state,
    EMPTY_PRESENCE,
  );
}

/** What people see of it, shortly: `ONLINE>SUSPECT lost`. */
export function changes({ events = [] }: Pick<Step, "events">): string[] {
  const isChange = (event: PresenceEvent): event is Change => event.type === "presence.changed";
  return events.filter(isChange).map(({ from, to, reason }) => `${from}>${to} ${reason}`);
}

type Change = { readonly type: "presence.changed" } & PresenceEvents["presence.changed"];

/** One that has reconnected five times within a few seconds; its last session is `s5`, open. */
export function flapping(): GatewayPresence {
  const cycles = [0, 1, 2, 3, 4].flatMap((i) => [open(`s${i}`), close(`s${i}`)]);
  return after(...cycles, open("s5"));
}
