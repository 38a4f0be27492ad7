import type { NodeProfile } from "../../../actors/contracts/node-profiles.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { ProfileFiles } from "./profile-files.ts";
import type { Profiler } from "./profiler.ts";
import {
  kindOfStrain,
  MIN_LOOKS,
  type Strain,
  type StrainRules,
  StrainWatch,
  type Vitals,
} from "./strain-watch.ts";

type WatchdogOptions = {
  readonly profiler: Pick<Profiler, "capture" | "isRunning">;
  readonly files: Pick<ProfileFiles, "pathOf">;
  readonly vitals: { readonly start: () => void; readonly stop: () => void; readonly read: () => Vitals };
  readonly rules: StrainRules;
  /** How long a profile is. */
  readonly seconds: number;
  readonly counters: Counters;
  readonly log: Log;
};

const LOOK_MS = 5000;
const REASONS = { memory: "MEMORY", lag: "LAG", cpu: "CPU" } as const;

/** Looks at the process now and then, and profiles it when it has been strained for too long: nobody watches at night. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #watch: StrainWatch;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#watch = new StrainWatch(options.rules);
  }

  start(): void {
    const { vitals, rules } = this.#options;
    vitals.start();
    const lookMs = Math.min(LOOK_MS, Math.ceil(rules.afterMs / MIN_LOOKS));
    this.#timer = setInterval(() => this.#look(), lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#options.vitals.stop();
  }

  /** A profile that is being captured is work, too: what it costs does not count. */
  #look(): void {
    const { vitals, profiler } = this.#options;
    const read = vitals.read();
    if (profiler.isRunning) return;
    const strain = this.#watch.look(performance.now(), read);
    if (strain) void this.#capture(strain);
  }

  /** After a failure the cool-down holds all the same, so a folder that cannot be written to fills no log. */
  async #capture(strain: Strain): Promise<void> {
    const { profiler, seconds, counters, log } = this.#options;
    const reason = strain;
    try {
      this.#tell(
        strain,
        await profiler.capture({ kind: kindOfStrain(strain), reason: REASONS[strain], seconds }),
      );
      counters.count("gateway_twin.watchdog.captures.total", { reason });
    } catch (error) {
      counters.count("gateway_twin.watchdog.failures.total", { reason });
      log.warn("the node is strained, and no profile could be captured", { "event.action": strain, error });
    }
  }

  #tell(strain: Strain, { filename }: NodeProfile): void {
    const { log, files } = this.#options;
    log.warn("the node is strained; a profile was captured", {
      "event.action": strain,
      "file.path": files.pathOf(filename),
    });
  }
}
