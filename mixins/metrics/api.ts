import type { MetricDeclarations } from "./declaration.ts";

const METHODS = ["read", "write"];
const LISTENERS = ["http", "mqtt"];

/** REST, who may use it, and what is recorded of that. */
export const API_METRICS: MetricDeclarations = {
  "gateway_twin.rest.requests.total": {
    type: "counter",
    help: "Calls of the open API that ended; `route` is the action, `method` read or write, `status` its class (2xx).",
    labels: { route: 150, method: METHODS, status: ["1xx", "2xx", "3xx", "4xx", "5xx"] },
    when: "use",
  },
  "gateway_twin.rest.request.duration.seconds": {
    type: "histogram",
    help: "How long calls of the open API took; watches are left out.",
    labels: { route: 150, method: METHODS },
    when: "use",
  },
  "gateway_twin.rest.requests.in_flight": {
    type: "gauge",
    help: "HTTP requests without a whole answer, open watches and pages among them.",
  },
  "gateway_twin.rest.watches.open": { type: "gauge", help: "Open streams of events." },
  "gateway_twin.rest.connections.open": { type: "gauge", help: "Open HTTP connections." },
  "gateway_twin.rest.connections.limit": {
    type: "gauge",
    help: "With so many connections more are refused.",
  },
  "gateway_twin.rest.connections.refused.total": {
    type: "counter",
    help: "HTTP connections that were refused.",
    labels: { reason: ["full", "tls"] },
    when: "use",
  },
  "gateway_twin.rest.unauthenticated.total": {
    type: "counter",
    help: "Calls without a valid token.",
    labels: { reason: 10 },
    when: "use",
  },
  "gateway_twin.rest.idempotency.total": {
    type: "counter",
    help: "Calls with an Idempotency-Key: performed, repeated (another one's answer), refused.",
    labels: { result: 3 },
    when: "use",
  },
  "gateway_twin.limits.refused.total": {
    type: "counter",
    help: "Calls that were refused because their caller made too many.",
    labels: { limit: ["reads", "writes", "camera"] },
    when: "use",
  },
  "gateway_twin.limits.fallback": {
    type: "gauge",
    help: "1 while Redis is away and this node counts calls by itself.",
    when: "cluster",
  },
  "gateway_twin.access.failures.total": {
    type: "counter",
    help: "Wrong passwords and tokens.",
    labels: { what: ["password", "token"] },
    when: "use",
  },
  "gateway_twin.access.limited.total": {
    type: "counter",
    help: "Attempts refused after too many failures.",
    labels: { by: 5 },
    when: "use",
  },
  "gateway_twin.access.last_used.errors.total": {
    type: "counter",
    help: "Times when it could not be stored when keys were last used.",
    when: "use",
  },
  "gateway_twin.audit.stored.total": {
    type: "counter",
    help: "Audit entries that were stored.",
    when: "use",
  },
  "gateway_twin.audit.dropped.total": {
    type: "counter",
    help: "Audit entries that were lost.",
    when: "use",
  },
  "gateway_twin.audit.retries.total": {
    type: "counter",
    help: "Times when audit entries could not be stored and were tried again.",
    when: "use",
  },
  "gateway_twin.audit.removed.total": {
    type: "counter",
    help: "Audit entries that were removed because of their age or number.",
    when: "use",
  },
  "gateway_twin.audit.thinned.total": {
    type: "counter",
    help: "Refused calls that were counted, but not recorded one by one.",
    labels: { status: 30 },
    when: "use",
  },
  "gateway_twin.overview.unavailable.total": {
    type: "counter",
    help: "Parts of overviews that did not come in time.",
    labels: { part: 6 },
    when: "use",
  },
  "gateway_twin.tls.reloads.total": {
    type: "counter",
    help: "Certificates that were read anew.",
    labels: { listener: LISTENERS, outcome: ["done", "failed"] },
    when: "use",
  },
  "gateway_twin.tls.certificate.expiry.timestamp.seconds": {
    type: "gauge",
    help: "When the certificate of the listener expires, as Unix time.",
    labels: { listener: LISTENERS },
    when: "use",
  },
};
