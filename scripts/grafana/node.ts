import { type Page, quantile, rate, SCOPE } from "./page.ts";

/** One process: is it well, and is it the bottleneck? */
export const node: Page = {
  name: "node",
  title: "Node",
  description: "The processes: what they use, what they wait for, and whether their servers answer.",
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Ready",
          tells: "1 while /readyz says so. Its answer has the reason when it does not.",
          unit: "short",
          queries: { "{{instance}}": `gateway_twin_node_ready{${SCOPE}}` },
          kind: "numbers",
          alerts: ["NodeNotReady"],
        },
        {
          title: "Answers",
          tells: "1 when Prometheus got the node's page.",
          unit: "short",
          queries: { "{{instance}}": `up{job="gateway-twin",${SCOPE}}` },
          kind: "numbers",
          width: 6,
          alerts: ["NodeDown"],
        },
        {
          title: "Nodes that answer",
          tells: "How many of all.",
          unit: "short",
          queries: { nodes: `sum(up{job="gateway-twin",${SCOPE}})` },
          kind: "numbers",
          width: 6,
          alerts: ["AllNodesDown"],
        },
        {
          title: "Uptime",
          tells: "Since the start of the process. Short on one node only: look why it ended.",
          unit: "s",
          queries: { "{{instance}}": `time() - process_start_time_seconds{${SCOPE}}` },
          kind: "numbers",
        },
        {
          title: "Build",
          tells:
            "Version of the product and of Node.js. Two versions at a time are all right during an upgrade.",
          unit: "short",
          queries: {
            "{{version}} on Node {{node}}": `count by (version, node) (gateway_twin_build_info{${SCOPE}})`,
          },
          kind: "numbers",
        },
        {
          title: "Versions",
          tells: "How many run side by side. More than one for hours: an upgrade has stopped half-way.",
          unit: "short",
          queries: { versions: `count(count by (version) (gateway_twin_build_info{${SCOPE}}))` },
          kind: "numbers",
          alerts: ["MixedVersions"],
        },
        {
          title: "Certificates",
          tells: "Days until they end. Nothing without TLS. New files are read within a minute.",
          unit: "d",
          queries: {
            "{{instance}} {{listener}}": `(gateway_twin_tls_certificate_expiry_timestamp_seconds{${SCOPE}} - time()) / 86400 or vector(0)`,
          },
          kind: "numbers",
          alerts: ["CertificateExpiring"],
        },
      ],
    },
    {
      title: "CPU and memory",
      panels: [
        {
          title: "CPU",
          tells:
            "Cores that the process uses. A node has one thread for its work, and some for SQLite and the network.",
          unit: "short",
          queries: { "{{instance}}": rate("process_cpu_seconds_total") },
        },
        {
          title: "Event loop busy",
          tells: "Share of the time. Near 1 the node is full: it needs less work or a neighbour.",
          unit: "percentunit",
          queries: { "{{instance}}": `gateway_twin_event_loop_utilization_ratio{${SCOPE}}` },
        },
        {
          title: "Event loop lag",
          tells:
            "How late the loop was since the last scrape. Everything waits so long, keep-alives of sessions too.",
          unit: "s",
          queries: { "{{instance}} {{stat}}": `gateway_twin_event_loop_lag_seconds{${SCOPE}}` },
          alerts: ["EventLoopBlocked"],
        },
        {
          title: "Memory",
          tells: "In RAM. It grows with connections and with twins in use, and does not come back at once.",
          unit: "bytes",
          queries: { "{{instance}}": `process_resident_memory_bytes{${SCOPE}}` },
        },
        {
          title: "Heap",
          tells: "Memory of JavaScript by kind.",
          unit: "bytes",
          queries: { "{{instance}} {{kind}}": `gateway_twin_heap_bytes{${SCOPE}}` },
        },
        {
          title: "Heap in use, of its limit",
          tells: "At 1 the process ends. It rises between collections; what stays after them counts.",
          unit: "percentunit",
          queries: {
            "{{instance}}": `gateway_twin_heap_bytes{${SCOPE},kind="used"} / ignoring(kind) gateway_twin_heap_limit_bytes{${SCOPE}}`,
          },
          alerts: ["MemoryHigh"],
        },
        {
          title: "Garbage collection",
          tells: "Share of the time that collections took.",
          unit: "percentunit",
          queries: {
            "{{instance}} {{kind}}": `sum by (instance, kind) (${rate("gateway_twin_gc_duration_seconds_sum")})`,
          },
        },
        {
          title: "Longest collections",
          tells: "99 of 100 collections were shorter.",
          unit: "s",
          queries: { "{{instance}}": quantile(0.99, "gateway_twin_gc_duration_seconds", "instance") },
        },
        {
          title: "Handles",
          tells:
            "Sockets, timers and requests of Node.js. It follows the connections; else something is not closed.",
          unit: "short",
          queries: { "{{instance}}": `gateway_twin_active_resources{${SCOPE}}` },
        },
      ],
    },
    {
      title: "Servers",
      panels: [
        {
          title: "Servers",
          tells: "1 while NATS, the database or Redis can be used from this node.",
          unit: "short",
          queries: { "{{instance}} {{server}}": `gateway_twin_server_up{${SCOPE}}` },
          alerts: ["NatsDown"],
        },
        {
          title: "Database pool",
          tells: "Connections, and statements that wait for one. None with SQLite.",
          unit: "short",
          queries: {
            "{{instance}} {{state}}": `gateway_twin_database_pool_connections{${SCOPE}} or vector(0)`,
            "{{instance}} limit": `gateway_twin_database_pool_limit{${SCOPE}} or vector(0)`,
            "{{instance}} waiting": `gateway_twin_database_pool_waiting{${SCOPE}} or vector(0)`,
          },
        },
        {
          title: "SQLite",
          tells: "Statements that wait for the thread of SQLite; 0 with a database server.",
          unit: "short",
          queries: { "{{instance}}": `gateway_twin_sqlite_waiting{${SCOPE}}` },
        },
        {
          title: "Cache",
          tells: "Reads from Redis, per second. Errors: it is away, and the nodes do without.",
          unit: "ops",
          queries: {
            "{{instance}} hits": `sum by (instance) (${rate("gateway_twin_cache_hits_total")}) or vector(0)`,
            "{{instance}} misses": `sum by (instance) (${rate("gateway_twin_cache_misses_total")}) or vector(0)`,
            "{{instance}} errors": `sum by (instance) (${rate("gateway_twin_cache_errors_total")}) or vector(0)`,
          },
        },
        {
          title: "Session",
          tells:
            "How long this node would keep what it owns without another renewal. At 0 it owns nothing any more. A " +
            "renewal takes it back up.",
          unit: "s",
          queries: { "{{instance}}": `gateway_twin_session_left_seconds{${SCOPE}}` },
        },
        {
          title: "Bridge to the broker",
          tells:
            "Slots that a node holds, and those of them that are connected to the broker. None without a broker.",
          unit: "short",
          queries: {
            "{{instance}} held": `gateway_twin_bridge_slots_held{${SCOPE}} or vector(0)`,
            "{{instance}} connected": `gateway_twin_bridge_slots_connected{${SCOPE}} or vector(0)`,
          },
        },
        {
          title: "Slots of the bridge without a connection",
          tells: "The broker keeps what gateways send for them, up to its limits.",
          unit: "short",
          queries: {
            "{{instance}}": `gateway_twin_bridge_slots_held{${SCOPE}} - gateway_twin_bridge_slots_connected{${SCOPE}} or vector(0)`,
          },
          alerts: ["BridgeDisconnected"],
        },
      ],
    },
    {
      title: "Queues and logs",
      panels: [
        {
          title: "Front: messages waiting",
          tells: "For their outcome, of as many as are possible. At 1 the front reads no more.",
          unit: "percentunit",
          queries: {
            "{{instance}}": `gateway_twin_edge_messages_waiting{${SCOPE}} / gateway_twin_edge_messages_waiting_limit{${SCOPE}}`,
          },
          alerts: ["EdgeSaturated"],
        },
        {
          title: "Bytes on their way to the edges",
          tells: "Messages to gateways, of as many bytes as are possible. At 1 more of them are dropped.",
          unit: "percentunit",
          queries: {
            "{{instance}}": `gateway_twin_downlinks_waiting_bytes{${SCOPE}} / gateway_twin_downlinks_waiting_limit_bytes{${SCOPE}}`,
          },
        },
        {
          title: "Log lines",
          tells: "Per second and level. Search the logs for what the errors say.",
          unit: "ops",
          queries: {
            "{{instance}} {{level}}": `sum by (instance, level) (${rate("gateway_twin_log_lines_total")})`,
          },
        },
      ],
    },
  ],
};
