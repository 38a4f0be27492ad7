import type { Context, TimerChange } from "../runtime/actor.ts";
import type { Connection } from "./contract.ts";
import { isFlapping } from "./flapping.ts";
import type { PresenceSettings } from "./settings.ts";
import type { Ended, GatewayPresence } from "./state.ts";

/** MQTT 3.1.1, 3.1.2.10: what is silent for so many keep-alives is gone. */
const KEEP_ALIVES = 1.5;

/** How long a gateway with these connections may be silent; milliseconds. The most patient one counts. */
export function allowedSilence(settings: PresenceSettings, connections: readonly Connection[]): number {
  const keepAlives = connections.map(({ keepAliveMs }) => keepAliveMs || settings.keepAliveMs);
  const longest = keepAlives.length > 0 ? Math.max(...keepAlives) : settings.keepAliveMs;
  return KEEP_ALIVES * longest + settings.slackMs;
}

/**
 * The timers that go with open connections. The deadline is set anew with every commit: one in the past would fall
 * due at once, and each time it is put off from there it stays in the partition's memory beside the others.
 */
export function whileOpen(
  settings: PresenceSettings,
  before: GatewayPresence,
  { connections }: GatewayPresence,
  now: number,
): TimerChange[] {
  const keepAlive = { name: "keepAlive", at: now + allowedSilence(settings, connections) };
  return before.ended ? [keepAlive, { name: "grace", at: null }] : [keepAlive];
}

/** How long the gateway may take to come back; milliseconds. */
export function graceOf(
  settings: PresenceSettings,
  state: GatewayPresence,
  { reason, silenceMs }: Ended,
  now: number,
): number {
  if (reason === "left") return 0;
  // it may notice only with its next keep-alive
  if (reason === "stopped") return Math.max(settings.stoppedGraceMs, silenceMs);
  const factor = isFlapping(settings.flapping, state, now) ? settings.flapping.graceFactor : 1;
  return factor * settings.graceMs;
}

/** Since when this owner would have heard the gateway. One of the future was taken before the clock was set back. */
export function listeningSince({ now, ownedSince = now }: Context): number {
  return Math.min(now, ownedSince);
}
