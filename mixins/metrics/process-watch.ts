import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Metrics } from "../counters.ts";

const NANOSECONDS = 1e-9;
const RESOLUTION_MS = 10;
/** Seconds. */
const PAUSES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** V8's flags. */
const GC_KINDS: Readonly<Record<number, string>> = { 1: "minor", 4: "major", 8: "incremental", 16: "weakcb" };

/** Watches this process: its event loop, memory and CPU, until the returned function is called. */
export function watchProcess(metrics: Metrics): () => void {
  const stopped = [watchLoop(metrics), watchCollections(metrics)];
  metrics.onScrape(() => gaugeMemory(metrics));
  return () => {
    for (const stop of stopped) stop();
  };
}

/** Since the last scrape each time: a peak is seen once. */
function watchLoop({ gauge, onScrape }: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let utilization = performance.eventLoopUtilization();
  delays.enable();
  const lag = (stat: string, nanoseconds: number) => {
    // The histogram holds whole intervals of its timer.
    const seconds = Math.max(0, nanoseconds * NANOSECONDS - RESOLUTION_MS / 1000);
    gauge("gateway_twin.event_loop.lag.seconds", seconds, { stat });
  };
  onScrape(() => {
    lag("p50", delays.percentile(50));
    lag("p99", delays.percentile(99));
    lag("max", delays.max);
    delays.reset();
    const now = performance.eventLoopUtilization();
    const { utilization: ratio } = performance.eventLoopUtilization(now, utilization);
    utilization = now;
    gauge("gateway_twin.event_loop.utilization.ratio", ratio);
  });
  return () => delays.disable();
}

function watchCollections({ observe }: Metrics): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = GC_KINDS["detail" in entry ? flagOf(entry.detail) : 0];
      if (kind) observe("gateway_twin.gc.duration.seconds", entry.duration / 1000, { kind }, PAUSES);
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return () => observer.disconnect();
}

function flagOf(detail: unknown): number {
  if (typeof detail !== "object" || detail === null || !("kind" in detail)) return 0;
  return Number(detail.kind);
}

function gaugeMemory({ gauge, total }: Metrics): void {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const kinds = { used: heapUsed, total: heapTotal, external, array_buffers: arrayBuffers };
  for (const [kind, bytes] of Object.entries(kinds)) gauge("gateway_twin.heap.bytes", bytes, { kind });
  gauge("gateway_twin.heap.limit.bytes", getHeapStatistics().heap_size_limit);
  gauge("gateway_twin.active_resources", process.getActiveResourcesInfo().length);
  gauge("process.resident.memory.bytes", rss);
  gauge("process.start.time.seconds", performance.timeOrigin / 1000);
  total("process.cpu.seconds.total", (user + system) / 1e6);
}
