import { DEFAULT_LIMITS } from "../actors/contracts/limits.ts";
import { apiService } from "../services/bff/api.service.ts";
import { audited } from "../services/bff/audit.ts";
import { idempotencyStore } from "../services/bff/idempotency-store.ts";
import { rateLimiter } from "../services/bff/limits.ts";
import { measured } from "../services/bff/measured.ts";
import { overviewService } from "../services/bff/overview.service.ts";
import { probesService } from "../services/bff/probes.service.ts";
import { certificates } from "./certificates.ts";
import type { Parts } from "./parts.ts";
import { rateWindows } from "./shared-cache.ts";

type Pages = Pick<Parameters<typeof apiService>[0], "metricsText" | "health" | "clusterText">;

/** The open API; a node without it has its plain pages all the same. */
export function rest(parts: Parts, given: Pages) {
  const { env, sequelize, shared, audit, blobs, metrics: counters, logs } = parts;
  const clock = Date.now;
  const listener = {
    host: env.HTTP_HOST,
    port: env.HTTP_PORT,
    certificates: certificates(env, "http", { log: logs.named("certificates"), counters }),
  };
  const pages = { ...given, ...listener, counters };
  const limits = {
    reads: env.RATE_LIMIT_READS,
    writes: env.RATE_LIMIT_WRITES,
    camera: env.RATE_LIMIT_CAMERA,
  };
  const trustedProxies = env.TRUSTED_PROXIES;
  const admit = rateLimiter({ windows: rateWindows(shared, counters), counters, limits, trustedProxies });
  return {
    probes: () => probesService(pages),
    makers: {
      api: () =>
        apiService({
          ...pages,
          clock,
          limits: DEFAULT_LIMITS,
          store: idempotencyStore({ sequelize, clock }),
          blobs,
          guards: measured(audited(admit, { trail: audit, clock, counters }), counters),
          corsOrigins: env.CORS_ORIGINS,
          trustedProxies,
          traces: parts.spans,
        }),
      overview: () => overviewService({ counters }),
    },
  };
}
