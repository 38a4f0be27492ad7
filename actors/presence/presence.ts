import type { ActorType, Context } from "../runtime/actor.ts";
import { decideBy, type HandlersOf } from "../runtime/handlers.ts";
import { closeConnection } from "./commands/close-connection.ts";
import { getPresence } from "./commands/get-presence.ts";
import { graceDue } from "./commands/grace-due.ts";
import { keepAliveDue } from "./commands/keep-alive-due.ts";
import { openConnection } from "./commands/open-connection.ts";
import { removePresence } from "./commands/remove-presence.ts";
import type {
  PresenceCommand,
  PresenceCommands,
  PresenceEvent,
  PresenceEvents,
  PresenceReply,
} from "./contract.ts";
import { type PackedPresence, packPresence, unpackPresence } from "./document.ts";
import { changed } from "./events/changed.ts";
import { connectionClosed } from "./events/connection-closed.ts";
import { connectionOpened } from "./events/connection-opened.ts";
import { connectionsExpired } from "./events/connections-expired.ts";
import type { PresenceSettings } from "./settings.ts";
import { EMPTY_PRESENCE, type GatewayPresence } from "./state.ts";

type CommandHandlers = HandlersOf<PresenceSettings, GatewayPresence, PresenceCommands, PresenceEvent>;

type EventHandlers = {
  readonly [Type in keyof PresenceEvents]: (
    settings: PresenceSettings,
    state: GatewayPresence,
    event: PresenceEvents[Type],
    context: Context,
  ) => GatewayPresence;
};

const commands: CommandHandlers = {
  // by edges
  openConnection,
  closeConnection,
  // by timers
  keepAliveDue,
  graceDue,
  // by people and programs
  getPresence,
  removePresence,
};

const events: EventHandlers = {
  "presence.connection.opened": connectionOpened,
  "presence.connection.closed": connectionClosed,
  "presence.connections.expired": connectionsExpired,
  "presence.changed": changed,
  "presence.removed": () => EMPTY_PRESENCE,
};

type PresenceActor = ActorType<GatewayPresence, PresenceCommand, PresenceEvent, PresenceReply>;

type PresenceActorOptions = {
  readonly settings: PresenceSettings;
  /** When the owner last heard anything of the gateway, by its clock (epoch milliseconds); null: it knows of nothing. */
  readonly lastSeen: (actorId: string) => number | null;
};

export function presenceActor({ settings, lastSeen }: PresenceActorOptions): PresenceActor {
  return {
    name: "presence",
    pack: packPresence,
    unpack: (packed) => unpackPresence(packed as PackedPresence),
    initial: () => EMPTY_PRESENCE,
    decide: (state, command, context) => decideBy(commands, settings, state, command, context),
    evolve: (state, event, context) => fold(settings, state, event, context),
    isEmpty: (state) => state === EMPTY_PRESENCE,
    isRoutine: ({ type }) => type !== "presence.changed" && type !== "presence.removed",
    timerDue: (timer, actorId) =>
      timer === "grace"
        ? { name: "graceDue", params: {} }
        : { name: "keepAliveDue", params: { lastSeen: lastSeen(actorId) } },
  };
}

function fold<Type extends keyof PresenceEvents>(
  settings: PresenceSettings,
  state: GatewayPresence,
  event: { readonly type: Type } & PresenceEvents[Type],
  context: Context,
): GatewayPresence {
  return events[event.type](settings, state, event, context);
}
