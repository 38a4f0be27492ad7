import { LRUCache } from "lru-cache";
import type { DownMessage, Edge } from "../actors/contracts/edge.ts";
import type { Downlink } from "../actors/runtime/actor.ts";
import { broadcast, type Caller, call, type Emitter, emit } from "./bridge.ts";
import type { Counters, Metrics } from "./counters.ts";
import { bytesOf, inBatches } from "./down-batches.ts";
import { SECONDS } from "./metrics/distribution.ts";

const MAX_GATEWAYS = 500_000;
const MAX_EDGES = 1000;
const TIMEOUT_MS = 3000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** A node's edge service. One object per edge, so that a million gateways share a few of them. */
type EdgeNode = { readonly edge: Edge; readonly nodeId: string };

type DownlinksOptions = {
  readonly caller: Caller & Emitter;
  readonly counters: Counters & Partial<Pick<Metrics, "observe">>;
  /** Of messages on their way; more are dropped. */
  readonly maxBytes?: number;
  /** Told of what an edge has taken. */
  readonly traffic?: { readonly delivered: (messages: readonly DownMessage[]) => void };
};

/**
 * Brings what actors tell their gateways to the edge that the gateway last spoke through; where that is not known, or
 * not true any more, to all edges. Only a hint: what is lost, the gateway gets with its next hello.
 */
export class Downlinks {
  readonly #options: DownlinksOptions;
  readonly #edges = new LRUCache<string, EdgeNode>({ max: MAX_EDGES });
  readonly #ways = new LRUCache<string, EdgeNode>({ max: MAX_GATEWAYS });
  #pending = new Map<EdgeNode | undefined, DownMessage[]>();
  #bytes = 0;

  constructor(options: DownlinksOptions) {
    this.#options = options;
  }

  /** Of messages on their way. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  get maxBytes(): number {
    return this.#options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  /** These gateways have just spoken through that edge. */
  arrived(edge: Edge, nodeId: string, messages: readonly { readonly gatewayId: string }[]): void {
    const way = this.#edgeNode(edge, nodeId);
    for (const { gatewayId } of messages)
      if (this.#ways.get(gatewayId) !== way) this.#ways.set(gatewayId, way);
  }

  /** What is sent in one turn of the event loop goes in one call per edge. Never throws. */
  send(downlinks: readonly Downlink[]): void {
    for (const { gatewayId, topic, payload, trace } of downlinks) {
      const untraced = { gatewayId, topic, payload: JSON.stringify(payload) };
      const message = trace === undefined ? untraced : { ...untraced, trace };
      if (this.#grow(bytesOf(message))) this.#add(this.#ways.get(gatewayId), message);
    }
  }

  #edgeNode(edge: Edge, nodeId: string): EdgeNode {
    const key = `${edge}/${nodeId}`;
    const known = this.#edges.get(key);
    if (known) return known;
    const way = { edge, nodeId };
    this.#edges.set(key, way);
    return way;
  }

  #grow(bytes: number): boolean {
    const hasRoom = this.#bytes + bytes <= this.maxBytes;
    if (hasRoom) this.#bytes += bytes;
    else this.#count("dropped", 1);
    return hasRoom;
  }

  #add(way: EdgeNode | undefined, message: DownMessage): void {
    if (this.#pending.size === 0) setImmediate(() => this.#flush());
    const messages = this.#pending.get(way);
    if (messages) messages.push(message);
    else this.#pending.set(way, [message]);
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = new Map();
    for (const [way, messages] of pending)
      for (const batch of inBatches(messages, bytesOf)) void this.#bring(way, batch);
  }

  async #bring(way: EdgeNode | undefined, messages: readonly DownMessage[]): Promise<void> {
    const missed = way ? await this.#deliver(way, messages) : messages;
    if (missed.length > 0) await this.#announce(missed);
    for (const message of messages) this.#bytes -= bytesOf(message);
  }

  /** Returns those that the edge could not deliver; the way to their gateways is forgotten. */
  async #deliver(way: EdgeNode, messages: readonly DownMessage[]): Promise<readonly DownMessage[]> {
    const missed = await this.#missing(way, messages);
    for (const { gatewayId } of missed) {
      if (this.#ways.peek(gatewayId) === way) this.#ways.delete(gatewayId);
    }
    return missed;
  }

  async #missing(
    { edge, nodeId }: EdgeNode,
    messages: readonly DownMessage[],
  ): Promise<readonly DownMessage[]> {
    const options = { nodeID: nodeId, timeout: TIMEOUT_MS };
    const start = performance.now();
    try {
      const { missing } = await call(
        this.#options.caller,
        `${edge}.deliver`,
        { messages: [...messages] },
        options,
      );
      this.#delivered(edge, missing.length > 0 ? "partial" : "delivered", start);
      this.#count("elsewhere", missing.length);
      this.#options.traffic?.delivered(without(messages, missing));
      return missing.flatMap((index) => messages[index] ?? []);
    } catch {
      this.#delivered(edge, "failed", start);
      this.#count("failed", messages.length);
      return messages;
    }
  }

  /** To whoever may have the gateway. */
  async #announce(messages: readonly DownMessage[]): Promise<void> {
    const { caller } = this.#options;
    const payload = { messages: [...messages] };
    this.#count("announced", messages.length);
    try {
      await Promise.all([
        broadcast(caller, "downlink.send", payload),
        emit(caller, "downlink.publish", payload),
      ]);
    } catch {
      this.#count("unannounced", messages.length);
    }
  }

  #delivered(edge: Edge, result: "delivered" | "partial" | "failed", start: number): void {
    const { counters } = this.#options;
    const seconds = (performance.now() - start) / 1000;
    counters.count("gateway_twin.downlinks.batches.total", { edge, result });
    counters.observe?.("gateway_twin.downlinks.duration.seconds", seconds, { edge }, SECONDS);
  }

  #count(what: string, n: number): void {
    if (n > 0) this.#options.counters.count("gateway_twin.downlinks.detours.total", { what }, n);
  }
}

function without<Item>(items: readonly Item[], indexes: readonly number[]): readonly Item[] {
  if (indexes.length === 0) return items;
  const left = new Set(indexes);
  return items.filter((_, index) => !left.has(index));
}
