import type { Context, Decision } from "../../runtime/actor.ts";
import type { PresenceCommands, PresenceEvent } from "../contract.ts";
import { listeningSince } from "../deadlines.ts";
import type { PresenceSettings } from "../settings.ts";
import type { GatewayPresence } from "../state.ts";
import { changeTo } from "./change.ts";

/**
 * It did not come back in time; people are told why it went. It may have come back while nobody listened: what an
 * earlier owner saw the end of, this one gives a keep-alive to be heard.
 */
export function graceDue(
  settings: PresenceSettings,
  state: GatewayPresence,
  _params: PresenceCommands["graceDue"]["params"],
  context: Context,
): Decision<PresenceEvent, null> {
  const { ended } = state;
  if (!ended) return { reply: null };
  const since = listeningSince(context);
  const at = since + ended.silenceMs;
  if (ended.time < since && at > context.now) return { postponed: [{ name: "grace", at }], reply: null };
  return { events: changeTo(settings, state, "OFFLINE", ended.reason, context.now), reply: null };
}
