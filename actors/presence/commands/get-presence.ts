import type { Context, Decision } from "../../runtime/actor.ts";
import type { PresenceCommands, PresenceEvent, PresenceView } from "../contract.ts";
import { isFlapping, reconnectsWithin } from "../flapping.ts";
import type { PresenceSettings } from "../settings.ts";
import type { GatewayPresence } from "../state.ts";

export function getPresence(
  { flapping }: PresenceSettings,
  presence: GatewayPresence,
  _params: PresenceCommands["getPresence"]["params"],
  { actorId, now }: Context,
): Decision<PresenceEvent, PresenceView> {
  const { state, sinceTime, connections } = presence;
  return {
    reply: {
      gatewayId: actorId,
      state,
      sinceTime,
      connections,
      isFlapping: isFlapping(flapping, presence, now),
      reconnects: reconnectsWithin(flapping, presence, now),
    },
  };
}
