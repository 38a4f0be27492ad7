import { BOOTSTRAP, type Principal } from "../../actors/contracts/access.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import type { RateWindows } from "../../actors/runtime/cache.ts";
import type { Counters } from "../../mixins/counters.ts";
import { digestOf } from "./idempotency.ts";
import type { CallGuards, Exchange } from "./request-handler.ts";
import { sourceAddressOf } from "./source-address.ts";

/** How many calls a caller may make in any minute. */
export type RateLimits = {
  readonly reads: number;
  readonly writes: number;
  /** Writes to one camera; they count as writes, too. */
  readonly camera: number;
};

export const DEFAULT_RATE_LIMITS: RateLimits = { reads: 600, writes: 120, camera: 30 };

/** What the limits look at of a call. */
type Limited = {
  readonly principal: Principal;
  readonly exchange: Pick<Exchange, "request" | "parameters">;
};

type RateLimiterOptions = {
  readonly windows: RateWindows;
  readonly limits: RateLimits;
  readonly counters: Counters;
  /** As for the API; none when not given. */
  readonly trustedProxies?: number;
};

/** Where a call counts: the kind of limit, and all that tells the window from others of the kind. */
type Window = { readonly kind: keyof RateLimits; readonly of: readonly string[] };

const WINDOW_MS = 60_000;

/**
 * Keeps out who calls too often. All windows are a caller's own: who calls one camera in a loop keeps nobody else
 * from it.
 */
export function rateLimiter(options: RateLimiterOptions): (call: Limited) => ReturnType<CallGuards["admit"]> {
  const { windows, limits, counters, trustedProxies = 0 } = options;

  /** Those who have no name yet are told apart by where they call from. */
  function callerOf({ principal: { name, role }, exchange }: Limited): string {
    return role === "anyone" ? `${name}@${sourceAddressOf(exchange.request, trustedProxies)}` : name;
  }

  async function take({ kind, of }: Window): Promise<void> {
    const limit = limits[kind];
    const { allowed, retryAfterMs } = await windows.take(`${kind}:${digestOf(...of)}`, limit, WINDOW_MS);
    if (allowed) return;
    counters.count("gateway_twin.limits.refused.total", { limit: kind });
    const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    throw new DomainError("RATE_LIMITED", { limit, windowSeconds: WINDOW_MS / 1000, retryAfterSeconds });
  }

  return async (call) => {
    // A fleet is set up with it.
    if (call.principal.name === BOOTSTRAP) return {};
    for (const window of windowsOf(callerOf(call), call.exchange)) await take(window);
    return {};
  };
}

function windowsOf(caller: string, { request, parameters }: Limited["exchange"]): Window[] {
  if (request.method === "GET" || request.method === "HEAD") return [{ kind: "reads", of: [caller] }];
  const { gatewayId = "", cameraId } = parameters;
  const writes: Window = { kind: "writes", of: [caller] };
  return cameraId === undefined ? [writes] : [writes, { kind: "camera", of: [caller, gatewayId, cameraId] }];
}
