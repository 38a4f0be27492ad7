import { type Page, quantile, rate, SCOPE } from "./page.ts";

/** Calls that do not wait for a gateway. */
const OURS = `route!~"(commands|cameras)[.].*"`;

/** The open API as its callers feel it. */
export const thirdPartyApi: Page = {
  name: "third-party-api",
  title: "Third-party API",
  description: "REST as its callers feel it: how much, how fast, what is refused and why.",
  rows: [
    {
      title: "Requests",
      panels: [
        {
          title: "Requests by status",
          tells:
            "Per second. 4xx are the callers' mistakes or limits, 5xx are ours, or gateways that are offline.",
          unit: "reqps",
          queries: { "{{status}}": `sum by (status) (${rate("gateway_twin_rest_requests_total")})` },
        },
        {
          title: "Requests by route",
          tells: "The ten most used actions, per second.",
          unit: "reqps",
          queries: { "{{route}}": `topk(10, sum by (route) (${rate("gateway_twin_rest_requests_total")}))` },
        },
        {
          title: "Failures by route",
          tells: "5xx per second: the action that fails tells where to look.",
          unit: "reqps",
          queries: {
            "{{route}}": `sum by (route) (${rate("gateway_twin_rest_requests_total", `status="5xx"`)}) or vector(0)`,
          },
        },
        {
          title: "Share of failures",
          tells:
            "5xx of all requests, without commands and cameras: what a gateway does not answer is no error of ours.",
          unit: "percentunit",
          queries: {
            failures:
              `(sum(${rate("gateway_twin_rest_requests_total", `status="5xx",${OURS}`)}) or vector(0))` +
              ` / sum(${rate("gateway_twin_rest_requests_total", OURS)})`,
          },
          alerts: ["ApiErrors"],
        },
      ],
    },
    {
      title: "Time",
      panels: [
        {
          title: "Reads",
          tells: "Without watches, commands and cameras.",
          unit: "s",
          queries: {
            p50: restQuantile(0.5, "read"),
            p95: restQuantile(0.95, "read"),
            p99: restQuantile(0.99, "read"),
          },
          alerts: ["ApiSlow"],
        },
        {
          title: "Writes",
          tells: "With the commit; without commands and cameras, which wait for a gateway.",
          unit: "s",
          queries: {
            p50: restQuantile(0.5, "write"),
            p95: restQuantile(0.95, "write"),
            p99: restQuantile(0.99, "write"),
          },
          alerts: ["ApiSlow"],
        },
        {
          title: "Slowest routes",
          tells: "The ten actions with the highest p99.",
          unit: "s",
          queries: {
            "{{route}}": `topk(10, ${quantile(0.99, "gateway_twin_rest_request_duration_seconds", "route")})`,
          },
        },
      ],
    },
    {
      title: "Refused",
      panels: [
        {
          title: "Limits",
          tells:
            "Calls refused with 429, per second. A caller that needs more asks for it, or should wait as it is told.",
          unit: "reqps",
          queries: {
            "{{limit}}": `sum by (limit) (${rate("gateway_twin_limits_refused_total")}) or vector(0)`,
          },
        },
        {
          title: "Limits without Redis",
          tells:
            "1 while Redis is away and each node counts for itself: callers have the limit once per node then.",
          unit: "short",
          queries: { "{{instance}}": `gateway_twin_limits_fallback{${SCOPE}} or vector(0)` },
          alerts: ["LimitsFallback"],
        },
        {
          title: "Wrong tokens and passwords",
          tells: "Per second. Many at once are somebody who guesses: see the audit log for the address.",
          unit: "reqps",
          queries: {
            "{{what}}": `sum by (what) (${rate("gateway_twin_access_failures_total")}) or vector(0)`,
            "limited by {{by}}": `sum by (by) (${rate("gateway_twin_access_limited_total")}) or vector(0)`,
          },
        },
        {
          title: "Calls without a valid token",
          tells: "Answered with 401, per second.",
          unit: "reqps",
          queries: {
            "{{reason}}": `sum by (reason) (${rate("gateway_twin_rest_unauthenticated_total")}) or vector(0)`,
          },
        },
      ],
    },
    {
      title: "Streams and connections",
      panels: [
        {
          title: "Watches",
          tells: "Open streams of events.",
          unit: "short",
          queries: { "{{instance}}": `gateway_twin_rest_watches_open{${SCOPE}}` },
        },
        {
          title: "Connections",
          tells: "Of as many as a node admits. At 1 more are refused.",
          unit: "percentunit",
          queries: {
            "{{instance}}": `gateway_twin_rest_connections_open{${SCOPE}} / gateway_twin_rest_connections_limit{${SCOPE}}`,
          },
        },
        {
          title: "Refused connections",
          tells: "Per second. `full`: more than a node admits. `tls`: no handshake.",
          unit: "ops",
          queries: {
            "{{reason}}": `sum by (reason) (${rate("gateway_twin_rest_connections_refused_total")}) or vector(0)`,
          },
        },
        {
          title: "Camera streams",
          tells:
            "Begun and ended, per second: the first lease of a camera begins a stream, the end of the last ends it.",
          unit: "ops",
          queries: { "{{what}}": `sum by (what) (${rate("gateway_twin_cameras_errands_total")})` },
        },
        {
          title: "Requests under way",
          tells: "Without a whole answer, watches among them.",
          unit: "short",
          queries: { "{{instance}}": `gateway_twin_rest_requests_in_flight{${SCOPE}}` },
        },
        {
          title: "Calls that wait for a gateway",
          tells: "For the end of a command.",
          unit: "short",
          queries: { "{{instance}}": `gateway_twin_commands_waiting{${SCOPE}}` },
        },
      ],
    },
    {
      title: "Audit and repeated calls",
      panels: [
        {
          title: "Audit log",
          tells:
            "Entries stored, per second, and those that were lost or had to be tried again: the database is slow or away.",
          unit: "ops",
          queries: {
            stored: `sum(${rate("gateway_twin_audit_stored_total")})`,
            "stored at the next try": `sum(${rate("gateway_twin_audit_retries_total")}) or vector(0)`,
            lost: `sum(${rate("gateway_twin_audit_dropped_total")}) or vector(0)`,
          },
          alerts: ["AuditDropped"],
        },
        {
          title: "Audit: thinned out",
          tells: "Refused calls that were counted instead of recorded one by one, per second.",
          unit: "ops",
          queries: {
            "{{status}}": `sum by (status) (${rate("gateway_twin_audit_thinned_total")}) or vector(0)`,
          },
        },
        {
          title: "Calls with an Idempotency-Key",
          tells:
            "Per second. `repeated` ones got the first one's answer: a caller that tries again, as it should.",
          unit: "reqps",
          queries: { "{{result}}": `sum by (result) (${rate("gateway_twin_rest_idempotency_total")})` },
        },
      ],
    },
  ],
};

function restQuantile(share: number, method: "read" | "write"): string {
  const buckets = rate("gateway_twin_rest_request_duration_seconds_bucket", `method="${method}",${OURS}`);
  return `histogram_quantile(${share}, sum by (le) (${buckets}))`;
}
