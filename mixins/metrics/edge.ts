import type { MetricDeclarations } from "./declaration.ts";

const EDGES = ["mqtt-front", "mqtt-bridge"];

/** The two edges: our own MQTT front, and the bridge to an external broker. And REST, the other way in. */
export const EDGE_METRICS: MetricDeclarations = {
  "gateway_twin.edge.messages.total": {
    type: "counter",
    help: "Messages that gateways sent to the front.",
    labels: { kind: 16 },
    when: "use",
  },
  "gateway_twin.edge.errors.total": {
    type: "counter",
    help: "Messages that the front refused; each got a PUBACK and an error.",
    labels: { reason: 30 },
    when: "use",
  },
  "gateway_twin.edge.acknowledgement.seconds": {
    type: "histogram",
    help: "From the arrival of a message for a twin at the front to its acknowledgement.",
    labels: { result: ["taken", "refused"] },
  },
  "gateway_twin.edge.retries.total": {
    type: "counter",
    help: "Messages for twins that were handed on again.",
    labels: { reason: 20 },
    when: "use",
  },
  "gateway_twin.edge.messages.waiting": {
    type: "gauge",
    help: "Messages for twins that wait in the front for their outcome.",
  },
  "gateway_twin.edge.messages.waiting.limit": {
    type: "gauge",
    help: "With so many messages waiting the front reads no more.",
  },
  "gateway_twin.edge.connections.open": { type: "gauge", help: "Connections of gateways to the front." },
  "gateway_twin.edge.connections.opened.total": {
    type: "counter",
    help: "Connections of gateways that the front admitted.",
    when: "use",
  },
  "gateway_twin.edge.connections.refused.total": {
    type: "counter",
    help: "Connections that the front refused.",
    labels: { reason: 10 },
    when: "use",
  },
  "gateway_twin.edge.connections.closed.total": {
    type: "counter",
    help: "Connections that the front closed.",
    labels: { reason: 10 },
    when: "use",
  },
  "gateway_twin.edge.byes.stale.total": {
    type: "counter",
    help: "Words of leave of an earlier boot than the connection's.",
    when: "use",
  },
  "gateway_twin.edge.subscriptions.refused.total": {
    type: "counter",
    help: "Subscriptions that the front refused.",
    when: "use",
  },
  "gateway_twin.edge.downlinks.total": {
    type: "counter",
    help: "Messages that the front sent to gateways.",
    labels: { topic: 8 },
    when: "use",
  },
  "gateway_twin.edge.received.bytes.total": {
    type: "counter",
    help: "Bytes of payloads that gateways sent to the front.",
    when: "use",
  },
  "gateway_twin.edge.sent.bytes.total": {
    type: "counter",
    help: "Bytes of payloads that the front sent to gateways.",
    when: "use",
  },
  "gateway_twin.edge.signals.waiting": {
    type: "gauge",
    help: "What the front has still to tell presence.",
  },
  "gateway_twin.edge.signals.retries.total": {
    type: "counter",
    help: "Signals to presence that were sent again by the front.",
    labels: { reason: 20 },
    when: "use",
  },
  "gateway_twin.edge.signals.refused.total": {
    type: "counter",
    help: "Signals of the front that presence refused.",
    labels: { reason: 20 },
    when: "use",
  },
  "gateway_twin.edge.signals.dropped.total": {
    type: "counter",
    help: "Signals to presence that the front gave up.",
    labels: { kind: 12 },
    when: "use",
  },
  "gateway_twin.edge.answers.waiting": {
    type: "gauge",
    help: "Answers to commands that wait in the front for their outcome.",
  },
  "gateway_twin.edge.answers.retries.total": {
    type: "counter",
    help: "Answers to commands that the front handed on again.",
    labels: { reason: 20 },
    when: "use",
  },
  "gateway_twin.bridge.messages.total": {
    type: "counter",
    help: "Messages of gateways that the bridge got from the broker.",
    labels: { kind: 16 },
    when: "cluster",
  },
  "gateway_twin.bridge.errors.total": {
    type: "counter",
    help: "Messages that the bridge refused; each was acknowledged.",
    labels: { reason: 30 },
    when: "cluster",
  },
  "gateway_twin.bridge.acknowledgement.seconds": {
    type: "histogram",
    help: "From the arrival of a message for a twin at the bridge to its acknowledgement.",
    labels: { result: ["taken", "refused"] },
    when: "cluster",
  },
  "gateway_twin.bridge.retries.total": {
    type: "counter",
    help: "Messages for twins that the bridge handed on again.",
    labels: { reason: 20 },
    when: "cluster",
  },
  "gateway_twin.bridge.redelivered.total": {
    type: "counter",
    help: "Messages that the broker sent to the bridge once more.",
    when: "cluster",
  },
  "gateway_twin.bridge.lookups.failed.total": {
    type: "counter",
    help: "Questions of the bridge to the registry of gateways that got no answer.",
    when: "cluster",
  },
  "gateway_twin.bridge.messages.waiting": {
    type: "gauge",
    help: "Messages for twins that wait in the bridge for their outcome.",
    when: "cluster",
  },
  "gateway_twin.bridge.messages.waiting.limit": {
    type: "gauge",
    help: "With so many messages waiting the bridge reads no more.",
    when: "cluster",
  },
  "gateway_twin.bridge.messages.unacknowledged": {
    type: "gauge",
    help: "Messages that the bridge has read and the broker does not know to be taken.",
    when: "cluster",
  },
  "gateway_twin.bridge.slots.held": {
    type: "gauge",
    help: "Slots of the shared subscription that this node holds.",
    when: "cluster",
  },
  "gateway_twin.bridge.slots.connected": {
    type: "gauge",
    help: "Slots that are connected to the broker.",
    when: "cluster",
  },
  "gateway_twin.bridge.downlinks.refused.total": {
    type: "counter",
    help: "Messages to gateways that the broker refused.",
    when: "cluster",
  },
  "gateway_twin.bridge.downlinks.left_out.total": {
    type: "counter",
    help: "Messages to gateways that the bridge could not bring to the broker.",
    when: "cluster",
  },
  "gateway_twin.bridge.signals.waiting": {
    type: "gauge",
    help: "What the bridge has still to tell presence.",
    when: "cluster",
  },
  "gateway_twin.bridge.signals.retries.total": {
    type: "counter",
    help: "Signals to presence that were sent again by the bridge.",
    labels: { reason: 20 },
    when: "cluster",
  },
  "gateway_twin.bridge.signals.refused.total": {
    type: "counter",
    help: "Signals of the bridge that presence refused.",
    labels: { reason: 20 },
    when: "cluster",
  },
  "gateway_twin.bridge.signals.dropped.total": {
    type: "counter",
    help: "Signals to presence that the bridge gave up.",
    labels: { kind: 12 },
    when: "cluster",
  },
  "gateway_twin.bridge.answers.waiting": {
    type: "gauge",
    help: "Answers to commands that wait in the bridge for their outcome.",
    when: "cluster",
  },
  "gateway_twin.bridge.answers.retries.total": {
    type: "counter",
    help: "Answers to commands that the bridge handed on again.",
    labels: { reason: 20 },
    when: "cluster",
  },
  "gateway_twin.downlinks.batches.total": {
    type: "counter",
    help: "Calls to an edge with messages for gateways; `partial`: some of these were not connected there.",
    labels: { edge: EDGES, result: ["delivered", "partial", "failed"] },
    when: "use",
  },
  "gateway_twin.downlinks.duration.seconds": {
    type: "histogram",
    help: "How long such a call to an edge took.",
    labels: { edge: EDGES },
    when: "use",
  },
  "gateway_twin.downlinks.detours.total": {
    type: "counter",
    help: "Messages for gateways that did not reach them by the shortest way.",
    labels: { what: ["dropped", "elsewhere", "failed", "announced", "unannounced"] },
    when: "use",
  },
  "gateway_twin.downlinks.waiting.bytes": {
    type: "gauge",
    help: "Bytes of messages for gateways on their way to an edge, by the type of the actors that send them.",
    labels: { type: ["twin", "command"] },
  },
  "gateway_twin.downlinks.waiting.limit.bytes": {
    type: "gauge",
    help: "With so many bytes on their way more messages for gateways are dropped.",
    labels: { type: ["twin", "command"] },
  },
};
