import type { Decision } from "../../runtime/actor.ts";
import type { PresenceCommands, PresenceEvent } from "../contract.ts";
import type { PresenceSettings } from "../settings.ts";
import { EMPTY_PRESENCE, type GatewayPresence } from "../state.ts";

/** The gateway was deleted: nothing is remembered of it. */
export function removePresence(
  _settings: PresenceSettings,
  state: GatewayPresence,
  _params: PresenceCommands["removePresence"]["params"],
): Decision<PresenceEvent, null> {
  if (state === EMPTY_PRESENCE) return { reply: null };
  return {
    events: [{ type: "presence.removed", from: state.state }],
    timers: [
      { name: "keepAlive", at: null },
      { name: "grace", at: null },
    ],
    reply: null,
  };
}
