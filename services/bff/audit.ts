import { LRUCache } from "lru-cache";
import type { AuditEntry } from "../../actors/contracts/audit.ts";
import { isGatewayId } from "../../actors/contracts/ids.ts";
import type { Clock } from "../../actors/runtime/ports.ts";
import type { Counters } from "../../mixins/counters.ts";
import { targetOf } from "./audit-target.ts";
import { traceparentOf } from "./headers.ts";
import type { Ended, Told } from "./recorded.ts";
import type { CallGuards } from "./request-handler.ts";

/** Where entries go. */
type AuditTrail = {
  /** Never throws, and returns at once. */
  readonly append: (entry: AuditEntry) => void;
  /** Resolves when there is room for another entry, or when that has taken too long. */
  readonly room: () => Promise<void>;
};

type AuditOptions = {
  readonly trail: AuditTrail;
  readonly clock: Clock;
  readonly counters: Counters;
};

const WINDOW_MS = 60_000;
/** Of calls of one caller that were refused alike, so many a minute are told one by one. */
const MAX_ALIKE = 120;
/** The same for all callers together that nobody knows. */
const MAX_UNKNOWN = 600;
const MAX_CALLERS = 10_000;

/** The guards, and an audit log of all calls of third parties and all changes, those that were refused, too. */
export function audited(admit: CallGuards["admit"], options: AuditOptions): CallGuards {
  const { trail, clock, counters } = options;
  const used = new LRUCache<string, { times: number }>({
    max: MAX_CALLERS,
    ttl: WINDOW_MS,
    ttlResolution: 0,
    perf: { now: clock },
  });

  function isAmong(key: string, most: number): boolean {
    const entry = used.get(key) ?? { times: 0 };
    if (entry.times === 0) used.set(key, entry);
    entry.times += 1;
    return entry.times <= most;
  }

  /** What is refused changes nothing: who asks for it in a loop shall not push out what did. */
  function isWorthTelling({ actor, sourceAddress, role, status }: AuditEntry): boolean {
    if (status < 400 || status >= 500) return true;
    if (role !== "anyone") return isAmong(`${status}:${actor}`, MAX_ALIKE);
    return isAmong(`${status}@${sourceAddress}`, MAX_ALIKE) && isAmong(String(status), MAX_UNKNOWN);
  }

  return {
    async admit(call) {
      const headers = await admit(call);
      if (isAudited(call)) await trail.room();
      return headers;
    },
    record(call, ended) {
      const { status, reason = "" } = ended;
      if (status === 401) counters.count("gateway_twin.rest.unauthenticated.total", { reason });
      if (!isAudited(call) && status !== 401) return;
      const entry = entryOf(call, ended, clock());
      if (isWorthTelling(entry)) trail.append(entry);
      else counters.count("gateway_twin.audit.thinned.total", { status: String(status) });
    },
  };
}

function isAudited({ principal, exchange: { request } }: Pick<Told, "principal" | "exchange">): boolean {
  const isRead = request.method === "GET" || request.method === "HEAD";
  return principal.role === "thirdparty" || !isRead;
}

/** Texts are no longer than their columns. */
function entryOf(told: Told, { status, reason, ms }: Ended, time: number): AuditEntry {
  const { principal, permission, exchange, address } = told;
  const { request, parameters, requestId } = exchange;
  const { gatewayId = "" } = parameters;
  const traceId = traceparentOf(request.headers.traceparent)?.split("-")[1];
  return {
    time,
    actor: principal.name.slice(0, 128),
    role: principal.role,
    method: request.method ?? "",
    permission,
    target: targetOf(permission, parameters).slice(0, 512),
    ...(isGatewayId(gatewayId) && { gatewayId }),
    status,
    ...(reason !== undefined && { reason }),
    latencyMs: Math.round(ms),
    ...(traceId !== undefined && { traceId }),
    requestId,
    sourceAddress: address.slice(0, 64),
  };
}
