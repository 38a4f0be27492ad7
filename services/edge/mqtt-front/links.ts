import type { CloseReason } from "../../../actors/contracts/presence.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { downTopic } from "../ingest/topics.ts";
import type { Link } from "./link.ts";

/** Label values of `gateway_twin.edge.downlinks.total`. */
const DOWN_TOPICS = ["delta", "desired", "twin", "ack", "error", "command", "task"];
const NONE: ReadonlySet<Link> = new Set();

/** The gateways connected here. */
export class Links {
  readonly #byGateway = new Map<string, Set<Link>>();
  readonly #counters: Counters;
  #size = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  get size(): number {
    return this.#size;
  }

  *[Symbol.iterator](): Iterator<Link> {
    for (const links of this.#byGateway.values()) yield* links;
  }

  add(link: Link): void {
    const links = this.#byGateway.get(link.gatewayId) ?? new Set();
    this.#byGateway.set(link.gatewayId, links.add(link));
    this.#size += 1;
  }

  remove(link: Link): void {
    const links = this.#byGateway.get(link.gatewayId);
    if (!links?.delete(link)) return;
    this.#size -= 1;
    if (links.size === 0) this.#byGateway.delete(link.gatewayId);
  }

  /**
   * To those of the gateway's connections that have subscribed to it; what it misses it gets on its next hello.
   * False when the gateway is not connected here. The payload is JSON text.
   */
  send(gatewayId: string, name: string, payload: string): boolean {
    let isHere = false;
    let encoded: Buffer | undefined;
    for (const link of this.#byGateway.get(gatewayId) ?? NONE) {
      if (link.isClosed) continue;
      isHere = true;
      const qos = link.qosOf(name);
      if (qos === undefined) continue;
      encoded ??= Buffer.from(payload);
      if (!link.send(downTopic(gatewayId, name), encoded, qos)) this.#close(link, "slow_reader");
      else this.#count(name, encoded.length);
    }
    return isHere;
  }

  closeGateway(gatewayId: string): void {
    for (const link of this.#byGateway.get(gatewayId) ?? NONE) this.#expel(link, "revoked");
  }

  /** The same client has connected here once more: aedes has closed what it had. */
  replacedBy(newer: Link): void {
    for (const link of this.#byGateway.get(newer.gatewayId) ?? NONE)
      if (link.isClosed && link.clientId === newer.clientId) link.endReason ??= "taken_over";
  }

  /** The same client has connected elsewhere: its connections here from before `time` are over. */
  closeOlder(gatewayId: string, clientId: string, time: number): void {
    for (const link of this.#byGateway.get(gatewayId) ?? NONE)
      if (link.clientId === clientId && link.connectedAt < time) this.#expel(link, "taken_over");
  }

  #expel(link: Link, reason: CloseReason): void {
    if (link.isClosed) return;
    link.isMuted = true;
    link.endReason = reason;
    this.#close(link, reason);
  }

  #close(link: Link, reason: string): void {
    this.#counters.count("gateway_twin.edge.connections.closed.total", { reason });
    link.close();
  }

  #count(name: string, bytes: number): void {
    const topic = DOWN_TOPICS.includes(name) ? name : "other";
    this.#counters.count("gateway_twin.edge.downlinks.total", { topic });
    this.#counters.count("gateway_twin.edge.sent.bytes.total", {}, bytes);
  }
}
