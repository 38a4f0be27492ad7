import type { MetricDeclarations } from "./declaration.ts";

/** Actor types (twin, presence, config, command, camera, ...), and the slots of the bridge. */
const TYPES = 12;
const GROUPS = 20;
const RESULTS = ["ok", "failed"];

/** From the question to an actor over its commit to the bus. */
export const ACTOR_METRICS: MetricDeclarations = {
  "gateway_twin.asks.total": {
    type: "counter",
    help: "Commands to actors with their last outcome; `failed`: no owner answered in time.",
    labels: { type: TYPES, result: ["ok", "refused", "failed"] },
    when: "use",
  },
  "gateway_twin.asks.duration.seconds": {
    type: "histogram",
    help: "How long asking took, with all retries; one or many commands.",
    labels: { type: TYPES },
    when: "use",
  },
  "gateway_twin.asks.retries.total": {
    type: "counter",
    help: "Commands to actors that were tried again.",
    labels: { type: TYPES, reason: 20 },
    when: "use",
  },
  "gateway_twin.actors.answers.total": {
    type: "counter",
    help: "Messages that the actors of this node have answered.",
    labels: { type: TYPES, result: ["ok", "refused"] },
  },
  "gateway_twin.actors.waiting": {
    type: "gauge",
    help: "Messages that actors of this node have accepted and not answered.",
    labels: { type: TYPES },
  },
  "gateway_twin.actors.waiting.limit": {
    type: "gauge",
    help: "With so many messages waiting more are refused as OVERLOADED.",
    labels: { type: TYPES },
  },
  "gateway_twin.actors.hot": {
    type: "gauge",
    help: "Actors in memory as objects.",
    labels: { type: TYPES },
  },
  "gateway_twin.actors.idle": {
    type: "gauge",
    help: "Idle actors in memory as documents.",
    labels: { type: TYPES },
  },
  "gateway_twin.actors.idle.bytes": {
    type: "gauge",
    help: "Memory of the idle actors.",
    labels: { type: TYPES },
  },
  "gateway_twin.actors.partitions": {
    type: "gauge",
    help: "Partitions that this node owns.",
    labels: { type: TYPES },
  },
  "gateway_twin.actors.loading": {
    type: "gauge",
    help: "Actors that are being read from the store; messages wait for them.",
    labels: { type: TYPES },
    when: "use",
  },
  "gateway_twin.actors.loads.total": {
    type: "counter",
    help: "Actors that were read from the store, or looked for there.",
    labels: { type: TYPES, result: RESULTS },
    when: "use",
  },
  "gateway_twin.actors.load.duration.seconds": {
    type: "histogram",
    help: "How long such a read took; one read loads many actors.",
    labels: { type: TYPES },
    when: "use",
  },
  "gateway_twin.actors.evictions.total": {
    type: "counter",
    help: "Actors that left the objects (`to` is idle), and idle ones that left memory (`to` is store).",
    labels: { to: ["idle", "store"] },
  },
  "gateway_twin.dead_letters.total": {
    type: "counter",
    help: "Messages that made an actor fail and were put aside.",
    labels: { type: TYPES },
    when: "use",
  },
  "gateway_twin.commits.total": {
    type: "counter",
    help: "Commits: one statement each, for many partitions.",
    labels: { result: RESULTS },
  },
  "gateway_twin.commit.duration.seconds": {
    type: "histogram",
    help: "How long a commit took.",
  },
  "gateway_twin.commit.rows": {
    type: "histogram",
    help: "Rows of a commit: one for each partition with changes.",
  },
  "gateway_twin.commit.changes": {
    type: "histogram",
    help: "Changes of a commit: one for each message that changed something.",
  },
  "gateway_twin.commit.fenced.rows.total": {
    type: "counter",
    help: "Rows that the store refused because another owner has the partition, or has written in their place.",
  },
  "gateway_twin.snapshot.documents.total": {
    type: "counter",
    help: "Documents of actors that were written.",
    labels: { result: RESULTS },
  },
  "gateway_twin.snapshot.duration.seconds": {
    type: "histogram",
    help: "How long a statement with documents took.",
  },
  "gateway_twin.snapshot.rows.behind": {
    type: "gauge",
    help: "Committed rows whose changes are in no document yet.",
    labels: { type: TYPES },
  },
  "gateway_twin.outbox.rows.behind": {
    type: "gauge",
    help: "Committed rows that the bus does not have yet.",
    labels: { type: TYPES },
  },
  "gateway_twin.outbox.publish.duration.seconds": {
    type: "histogram",
    help: "From the commit of a row until the bus has it, or in one process until all groups have handled it.",
    labels: { type: TYPES },
  },
  "gateway_twin.outbox.publish.failures.total": {
    type: "counter",
    help: "Rows that could not be published; the next owner publishes them.",
    labels: { type: TYPES },
    when: "use",
  },
  "gateway_twin.bus.deliveries.total": {
    type: "counter",
    help: "Deliveries that were handed to a consumer group.",
    labels: { group: GROUPS, result: RESULTS },
    when: "use",
  },
  "gateway_twin.bus.rows.total": {
    type: "counter",
    help: "Rows that consumer groups have handled.",
    labels: { group: GROUPS },
    when: "use",
  },
  "gateway_twin.bus.handle.duration.seconds": {
    type: "histogram",
    help: "How long a group worked on a delivery.",
    labels: { group: GROUPS },
    when: "use",
  },
  "gateway_twin.bus.redeliveries.total": {
    type: "counter",
    help: "Deliveries that a group got more than once.",
    labels: { group: GROUPS },
    when: "use",
  },
  "gateway_twin.bus.pending": {
    type: "gauge",
    help: "Deliveries that a group has not handled; in a cluster of all nodes, so take the maximum.",
    labels: { group: GROUPS },
    when: "use",
  },
  "gateway_twin.bus.dead_letters.total": {
    type: "counter",
    help: "Rows that a group could not handle and that were put aside.",
    labels: { group: GROUPS },
    when: "use",
  },
  "gateway_twin.ownership.claims.total": {
    type: "counter",
    help: "Partitions that this node wanted to take; `lost`: another one was quicker.",
    labels: { type: TYPES, result: ["won", "lost"] },
    when: "use",
  },
  "gateway_twin.ownership.releases.total": {
    type: "counter",
    help: "Partitions that this node gave back.",
    labels: { type: TYPES },
    when: "use",
  },
  "gateway_twin.failover.gap.seconds": {
    type: "histogram",
    help: "How long a partition that this node took over had no owner that could commit.",
    labels: { type: TYPES, reason: ["lost", "handoff"] },
    when: "use",
  },
  "gateway_twin.session.renewals.total": {
    type: "counter",
    help: "Renewals of this node's session; `ended`: it was too late.",
    labels: { result: ["renewed", "ended", "failed"] },
    when: "use",
  },
  "gateway_twin.session.left.seconds": {
    type: "gauge",
    help: "How long this node's session would last without another renewal; 0 when it has ended.",
  },
};
