import { CONFIG_PHASES } from "../../actors/contracts/config.ts";
import { PRESENCE_STATES } from "../../actors/contracts/presence.ts";
import type { MetricDeclarations } from "./declaration.ts";

/** What the services of the core do for gateways. */
export const DOMAIN_METRICS: MetricDeclarations = {
  "gateway_twin.presence.gateways": {
    type: "gauge",
    help: "Gateways by presence; every node that serves presence tells the same.",
    labels: { state: PRESENCE_STATES },
    when: "use",
  },
  "gateway_twin.presence.changes.total": {
    type: "counter",
    help: "Changes of presence.",
    labels: { to: PRESENCE_STATES, reason: 16 },
    when: "use",
  },
  "gateway_twin.presence.signals.total": {
    type: "counter",
    help: "Signals of life that were taken in.",
    labels: { kind: 12 },
    when: "use",
  },
  "gateway_twin.presence.signals.refused.total": {
    type: "counter",
    help: "Signals that presence refused.",
    labels: { kind: 12, reason: 20 },
    when: "use",
  },
  "gateway_twin.presence.boards.refused.total": {
    type: "counter",
    help: "Board data of heartbeats that were refused.",
    labels: { reason: 10 },
    when: "use",
  },
  "gateway_twin.presence.byes.stale.total": {
    type: "counter",
    help: "Words of leave that came from an earlier boot.",
    when: "use",
  },
  "gateway_twin.presence.vitals.lost.total": {
    type: "counter",
    help: "Board data that could not be stored.",
    when: "use",
  },
  "gateway_twin.config.gateways": {
    type: "gauge",
    help: "Gateways by phase of their configuration; every node that serves it tells the same.",
    labels: { phase: CONFIG_PHASES },
    when: "use",
  },
  "gateway_twin.config.lag.seconds": {
    type: "histogram",
    help: "From the first unmet wish to the report that met all of them.",
  },
  "gateway_twin.config.failed.total": {
    type: "counter",
    help: "Configurations that were given up.",
    labels: { reason: 10 },
    when: "use",
  },
  "gateway_twin.config.rejected.total": {
    type: "counter",
    help: "Events that the configuration of a gateway refused.",
    labels: { error: 30 },
    when: "use",
  },
  "gateway_twin.config.deliveries.total": {
    type: "counter",
    help: "Deliveries of desired state, by what was sent, or why nothing was.",
    labels: { what: 6 },
    when: "use",
  },
  "gateway_twin.config.traffic.lost.total": {
    type: "counter",
    help: "Counts of traffic that could not be stored.",
    when: "use",
  },
  "gateway_twin.traffic.dropped.total": {
    type: "counter",
    help: "Counts of traffic that found no room.",
    when: "use",
  },
  "gateway_twin.traffic.flushes.failed.total": {
    type: "counter",
    help: "Times when counts of traffic could not be handed on.",
    when: "use",
  },
  "gateway_twin.config_profiles.applied.total": {
    type: "counter",
    help: "Gateways that profiles were laid on.",
    when: "use",
  },
  "gateway_twin.config_profiles.refused.total": {
    type: "counter",
    help: "Gateways that a profile could not be laid on.",
    labels: { reason: 30 },
    when: "use",
  },
  "gateway_twin.commands.total": {
    type: "counter",
    help: "Commands that ended, by their last state.",
    labels: { state: 6 },
    when: "use",
  },
  "gateway_twin.commands.waiting": {
    type: "gauge",
    help: "Calls at this node that wait for a command to end.",
    when: "use",
  },
  "gateway_twin.commands.answers.total": {
    type: "counter",
    help: "Answers of gateways to commands.",
    labels: { what: 8 },
    when: "use",
  },
  "gateway_twin.commands.refused.total": {
    type: "counter",
    help: "Answers to commands that were refused.",
    labels: { kind: 6, reason: 30 },
    when: "use",
  },
  "gateway_twin.commands.log.lines.total": {
    type: "counter",
    help: "Lines of the logs of commands.",
    labels: { what: 2 },
    when: "use",
  },
  "gateway_twin.commands.presence.silent.total": {
    type: "counter",
    help: "Commands that began although presence did not answer in time.",
    when: "use",
  },
  "gateway_twin.commands.removed.total": {
    type: "counter",
    help: "Ended commands that were removed because of their age.",
    when: "use",
  },
  "gateway_twin.cameras.rejected.total": {
    type: "counter",
    help: "Events that a camera refused.",
    labels: { error: 30 },
    when: "use",
  },
  "gateway_twin.cameras.errands.total": {
    type: "counter",
    help: "Commands that were sent for cameras.",
    labels: { what: 12 },
    when: "use",
  },
  "gateway_twin.cameras.errands.failed.total": {
    type: "counter",
    help: "Commands for cameras that failed.",
    labels: { what: 12, error: 30 },
    when: "use",
  },
  "gateway_twin.artifacts.bytes": {
    type: "gauge",
    help: "Bytes of all artifacts; every node that serves them tells the same.",
    when: "use",
  },
  "gateway_twin.artifacts.expired.total": {
    type: "counter",
    help: "Artifacts that were removed because of their age.",
    when: "use",
  },
  "gateway_twin.journal.events.total": {
    type: "counter",
    help: "Events that were written to the journal.",
    labels: { severity: 4 },
    when: "use",
  },
  "gateway_twin.journal.removed.total": {
    type: "counter",
    help: "Events that were removed from the journal because of their age or number.",
    when: "use",
  },
  "gateway_twin.cache.hits.total": {
    type: "counter",
    help: "Views that the shared cache had.",
    labels: { type: 12 },
    when: "cluster",
  },
  "gateway_twin.cache.misses.total": {
    type: "counter",
    help: "Views that the shared cache did not have.",
    labels: { type: 12 },
    when: "cluster",
  },
  "gateway_twin.cache.errors.total": {
    type: "counter",
    help: "Times when the shared cache did not answer.",
    labels: { type: 12 },
    when: "cluster",
  },
};
