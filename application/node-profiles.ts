import { join } from "node:path";
import type { ServiceSchema } from "moleculer";
import { nodeProfilesService } from "../services/admin/node-profiles/node-profiles.service.ts";
import { ProfileFiles } from "../services/admin/node-profiles/profile-files.ts";
import { Profiler } from "../services/admin/node-profiles/profiler.ts";
import type { StrainRules } from "../services/admin/node-profiles/strain-watch.ts";
import { VitalsMeter } from "../services/admin/node-profiles/vitals.ts";
import { Watchdog } from "../services/admin/node-profiles/watchdog.ts";
import type { Parts } from "./parts.ts";

/** Of a profile that the watchdog captures. */
const SECONDS = 10;

/** Profiles of this node, and what captures them by itself unless WATCHDOG is off. */
export function nodeProfiles({ env, metrics: counters, log }: Parts): ServiceSchema {
  const files = new ProfileFiles({
    folder: join(env.DATA_DIR, "profiles"),
    maxFiles: env.PROFILES_MAX_FILES,
    maxBytes: env.PROFILES_MAX_MB * 1024 ** 2,
  });
  const profiler = new Profiler({ nodeId: env.NODE_ID, files, clock: Date.now });
  if (env.WATCHDOG === "off") return nodeProfilesService({ files, profiler });
  const vitals = new VitalsMeter();
  const parts = { profiler, files, vitals, rules: rulesOf(env), seconds: SECONDS, counters, log };
  return nodeProfilesService({ files, profiler, watchdog: new Watchdog(parts) });
}

function rulesOf(env: Parts["env"]): StrainRules {
  return {
    limits: {
      cpu: env.WATCHDOG_CPU_PERCENT / 100,
      memory: env.WATCHDOG_MEMORY_PERCENT / 100,
      lag: env.WATCHDOG_LAG_MS,
    },
    afterMs: env.WATCHDOG_AFTER_SECONDS * 1000,
    coolDownMs: env.WATCHDOG_COOLDOWN_SECONDS * 1000,
  };
}
