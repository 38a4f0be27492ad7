import type { JsonValue } from "../../../actors/contracts/json.ts";
import type { Counters } from "../../../mixins/counters.ts";
import type { Link } from "./link.ts";
import { downTopic } from "./topics.ts";

/** Label values of `gateway_twin.edge.downlinks.total`. */
const DOWN_TOPICS = ["delta", "desired", "twin", "ack", "error", "command", "task"];

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

  /** To those of the gateway's connections that have subscribed to it; what it misses it gets on its next hello. */
  send(gatewayId: string, name: string, payload: JsonValue): void {
    const links = this.#byGateway.get(gatewayId);
    if (!links) return;
    let encoded: Buffer | undefined;
    for (const link of links) {
      const qos = link.isClosed ? undefined : link.qosOf(name);
      if (qos === undefined) continue;
      encoded ??= Buffer.from(JSON.stringify(payload));
      if (!link.send(downTopic(gatewayId, name), encoded, qos)) this.#close(link, "slow_reader");
      else this.#count(name);
    }
  }

  closeGateway(gatewayId: string): void {
    for (const link of this.#byGateway.get(gatewayId) ?? []) {
      link.isRevoked = true;
      this.#close(link, "revoked");
    }
  }

  #close(link: Link, reason: string): void {
    this.#counters.count("gateway_twin.edge.connections.closed.total", { reason });
    link.close();
  }

  #count(name: string): void {
    const topic = DOWN_TOPICS.includes(name) ? name : "other";
    this.#counters.count("gateway_twin.edge.downlinks.total", { topic });
  }
}
