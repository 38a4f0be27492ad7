import { totalmem } from "node:os";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Vitals } from "./strain-watch.ts";

/** Twenty looks a second: enough for delays that people notice, and too few to be noticed themselves. */
const RESOLUTION_MS = 50;
/** A lag is one when it meets more than a tenth of what the event loop does. */
const PERCENTILE = 90;

/** Measures this process between two looks at it. */
export class VitalsMeter {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #cpu = process.threadCpuUsage();
  #time = performance.now();

  start(): void {
    this.#delay.enable();
    this.read();
  }

  stop(): void {
    this.#delay.disable();
  }

  /** Since it was read before. */
  read(): Vitals {
    const { user, system } = process.threadCpuUsage(this.#cpu);
    const now = performance.now();
    const vitals = {
      cpu: (user + system) / 1000 / (now - this.#time),
      memory: memoryShare(),
      lag: Math.max(0, this.#delay.percentile(PERCENTILE) / 1e6 - RESOLUTION_MS),
    };
    this.#cpu = process.threadCpuUsage();
    this.#time = now;
    this.#delay.reset();
    return vitals;
  }
}

/** The process ends when V8's heap is full, and when the system, or the container, has no more memory for it. */
function memoryShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const container = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.max(used / limit, process.memoryUsage.rss() / Math.min(totalmem(), container));
}
