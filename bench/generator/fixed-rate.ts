import { setTimeout as sleep } from "node:timers/promises";
import { build, type Histogram } from "hdr-histogram-js";
import type { GeneratorCalls, LatencyResult } from "./commands.ts";
import type { Fleet } from "./fleet.ts";
import { Meter } from "./meter.ts";

const TICK_MS = 1;
const OVERRUN_MS = 10_000;
const MICROSECONDS_MAX = 60_000_000;

/**
 * Sends on a fixed schedule whatever the server does. Latency counts from the moment a message was due, not from when
 * it left, so a stall of the server (or of this process) is not hidden by the messages it kept from being sent.
 */
export class FixedRate {
  readonly #fleet: Fleet;
  readonly #perMs: number;
  readonly #dueAt: Float64Array;
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MICROSECONDS_MAX,
    numberOfSignificantValueDigits: 3,
  });
  #measureFrom = Number.POSITIVE_INFINITY;
  #sent = 0;
  #acked = 0;

  constructor(fleet: Fleet, ratePerSecond: number) {
    this.#fleet = fleet;
    this.#perMs = ratePerSecond / 1000;
    this.#dueAt = new Float64Array(fleet.slots);
  }

  acknowledged(slot: number): void {
    this.#acked++;
    const dueAt = this.#dueAt[slot] ?? 0;
    if (dueAt < this.#measureFrom) return;
    const microseconds = Math.round((performance.now() - dueAt) * 1000);
    this.#histogram.recordValue(Math.min(Math.max(microseconds, 1), MICROSECONDS_MAX));
  }

  async run(timing: GeneratorCalls["fixedRate"]["params"]): Promise<LatencyResult> {
    const { warmMs, measureMs } = timing;
    const start = Math.ceil(performance.now());
    const sentBefore = this.#fleet.totalSent;
    this.#measureFrom = start + warmMs;
    await this.#sendUntil(start, warmMs);
    const meter = new Meter(timing, () => this.#acked);
    await this.#sendUntil(start, warmMs + measureMs);
    const load = meter.read();
    await this.#fleet.drained(() => sentBefore + this.#acked);
    return { ...load, ...this.#percentiles() };
  }

  async #sendUntil(start: number, untilMs: number): Promise<void> {
    const total = Math.floor(untilMs * this.#perMs);
    while (this.#sent < total) {
      const elapsed = performance.now() - start;
      if (elapsed > untilMs + OVERRUN_MS) throw new Error("the server cannot keep up with the rate");
      this.#sendDue(start, Math.min(total, Math.floor(Math.floor(elapsed) * this.#perMs)));
      await sleep(TICK_MS);
    }
  }

  #sendDue(start: number, due: number): void {
    while (this.#sent < due) {
      const slot = this.#fleet.sendNext();
      if (slot === undefined) return;
      this.#sent++;
      this.#dueAt[slot] = start + Math.ceil(this.#sent / this.#perMs);
    }
  }

  #percentiles() {
    const at = (percentile: number) => this.#histogram.getValueAtPercentile(percentile) / 1000;
    return { p50Ms: at(50), p99Ms: at(99), maxMs: this.#histogram.maxValue / 1000 };
  }
}
