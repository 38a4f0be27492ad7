import type { FlappingSettings } from "./settings.ts";
import type { GatewayPresence, Reconnects } from "./state.ts";

/** The window slides by a fifth of it, so that few numbers are kept however often the gateway comes and goes. */
const SLICES = 5;

/** How often it came back within the last `windowMs`, and up to a slice more. */
export function reconnectsWithin(
  settings: FlappingSettings,
  { reconnects }: GatewayPresence,
  now: number,
): number {
  return recent(settings, reconnects, now).reduce((sum, [, count]) => sum + count, 0);
}

/** Once too often, it is flapping until it was quiet for the whole window. */
export function isFlapping(settings: FlappingSettings, state: GatewayPresence, now: number): boolean {
  return state.isFlapping && reconnectsWithin(settings, state, now) > 0;
}

/** The state with one more reconnect. */
export function countReconnect(
  settings: FlappingSettings,
  state: GatewayPresence,
  now: number,
): GatewayPresence {
  const reconnects = oneMore(settings, recent(settings, state.reconnects, now), now);
  const counted = { ...state, reconnects };
  const isTooOften = reconnectsWithin(settings, counted, now) >= settings.reconnects;
  return { ...counted, isFlapping: isTooOften || isFlapping(settings, state, now) };
}

function oneMore(settings: FlappingSettings, reconnects: Reconnects, now: number): Reconnects {
  const slice = sliceMs(settings);
  const begin = Math.floor(now / slice) * slice;
  const count = reconnects.find(([other]) => other === begin)?.[1] ?? 0;
  return [...reconnects.filter(([other]) => other !== begin), [begin, count + 1]];
}

/** What lies in the future was counted before the clock was set back: it does not count. */
function recent(settings: FlappingSettings, reconnects: Reconnects, now: number): Reconnects {
  const oldest = now - settings.windowMs - sliceMs(settings);
  return reconnects.filter(([begin]) => begin <= now && begin > oldest);
}

function sliceMs({ windowMs }: FlappingSettings): number {
  return Math.ceil(windowMs / SLICES);
}
