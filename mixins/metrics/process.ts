import type { MetricDeclarations } from "./declaration.ts";

/** The process, and the servers it depends on. Names that all Prometheus clients share begin with `process`. */
export const PROCESS_METRICS: MetricDeclarations = {
  "gateway_twin.build.info": {
    type: "gauge",
    help: "1, with the version of the product and of Node.js.",
    labels: { version: 1, node: 1 },
  },
  "gateway_twin.process.pid": { type: "gauge", help: "The id of the process on its machine." },
  "gateway_twin.node.ready": { type: "gauge", help: "1 while /readyz says so." },
  "gateway_twin.server.up": {
    type: "gauge",
    help: "1 while the server can be used; `database` is told by commits.",
    labels: { server: ["database", "nats", "redis"] },
  },
  "gateway_twin.event_loop.lag.seconds": {
    type: "gauge",
    help: "How late the event loop was since the last scrape (p50, p99, max).",
    labels: { stat: ["p50", "p99", "max"] },
  },
  "gateway_twin.event_loop.utilization.ratio": {
    type: "gauge",
    help: "Share of the time since the last scrape in which the event loop was busy.",
  },
  "gateway_twin.gc.duration.seconds": {
    type: "histogram",
    help: "Pauses of garbage collection.",
    labels: { kind: ["minor", "major", "incremental", "weakcb"] },
    when: "use",
  },
  "gateway_twin.heap.bytes": {
    type: "gauge",
    help: "Memory of Node.js by kind (used, total, external, array_buffers).",
    labels: { kind: ["used", "total", "external", "array_buffers"] },
  },
  "gateway_twin.heap.limit.bytes": { type: "gauge", help: "The heap may not grow beyond this." },
  "gateway_twin.active_resources": {
    type: "gauge",
    help: "What keeps the event loop busy: sockets, timers, requests.",
  },
  "gateway_twin.log.lines.total": {
    type: "counter",
    help: "Lines of the log, those too that were left out because there were many of a kind.",
    labels: { level: ["trace", "debug", "info", "warn", "error", "fatal"] },
  },
  "gateway_twin.watchdog.captures.total": {
    type: "counter",
    help: "Profiles that this node captured because it was strained for too long.",
    labels: { reason: ["cpu", "memory", "lag"] },
    when: "use",
  },
  "gateway_twin.watchdog.failures.total": {
    type: "counter",
    help: "Times when this node was strained for too long and could not keep a profile.",
    labels: { reason: ["cpu", "memory", "lag"] },
    when: "use",
  },
  "gateway_twin.traces.spans.total": {
    type: "counter",
    help: "Spans of traces that the collector got, and those that it did not take.",
    labels: { what: ["sent", "lost"] },
    when: "use",
  },
  "process.cpu.seconds.total": { type: "counter", help: "CPU time that this process has used." },
  "process.resident.memory.bytes": { type: "gauge", help: "Memory that this process has in RAM." },
  "process.start.time.seconds": { type: "gauge", help: "When this process started, as Unix time." },
  "gateway_twin.database.pool.connections": {
    type: "gauge",
    help: "Connections to the database server.",
    labels: { state: ["used", "idle"] },
    when: "cluster",
  },
  "gateway_twin.database.pool.limit": {
    type: "gauge",
    help: "So many connections to the database server are possible.",
    when: "cluster",
  },
  "gateway_twin.database.pool.waiting": {
    type: "gauge",
    help: "Statements that wait for a connection to the database server.",
    when: "cluster",
  },
  "gateway_twin.sqlite.waiting": {
    type: "gauge",
    help: "Statements without an answer of the SQLite thread; 0 with a database server.",
  },
};
