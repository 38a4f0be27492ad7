import type { CloseReason } from "../../../actors/contracts/presence.ts";
import { InOrder } from "../ingest/in-order.ts";
import { matchesFilter, OwnTopics } from "../ingest/topics.ts";
import type { Session } from "../signals/session.ts";
import type { GatewayClient } from "./aedes-internals.ts";
import { Pubacks } from "./pubacks.ts";
import type { FrontSettings } from "./settings.ts";

type QoS = 0 | 1;

/** One connection of a known gateway. */
export class Link {
  readonly gatewayId: string;
  /** As the client gave it; a made one when it gave none. */
  readonly clientId: string;
  /** By the monotonic clock of this process. */
  readonly connectedAt = performance.now();
  readonly client: GatewayClient;
  /** What presence knows it as. */
  readonly session: Session;
  readonly topics: OwnTopics;
  readonly acknowledgements = new InOrder();
  readonly pubacks: Pubacks;
  /** Its credentials are not valid any more, or it was taken over: nothing it says counts, not even its will. */
  isMuted = false;
  /** The power-on that its last hello named. */
  boot: string | undefined;
  /** Why it ends or has ended, where that is known better than from the socket. */
  endReason: CloseReason | undefined;
  readonly #settings: FrontSettings;
  /** Below `down/`, with the QoS asked for. */
  readonly #filters = new Map<string, QoS>();
  #unreadBytes = 0;

  constructor(session: Session, client: GatewayClient, settings: FrontSettings) {
    const { gatewayId } = session;
    this.gatewayId = gatewayId;
    this.clientId = client.id.slice(gatewayId.length + 1);
    this.client = client;
    this.session = session;
    this.pubacks = new Pubacks(client);
    this.topics = new OwnTopics(gatewayId);
    this.#settings = settings;
  }

  get isClosed(): boolean {
    return this.client.closed;
  }

  /** Why it has ended; `otherwise` when neither the gateway nor we meant it to. */
  closeReason(otherwise: CloseReason): CloseReason {
    return this.endReason ?? (this.client._disconnected ? "left" : otherwise);
  }

  /** False when the filter is not the gateway's, or there are too many. */
  subscribe(filter: string, qos: number): boolean {
    const own = this.topics.downFilter(filter);
    if (own === null) return false;
    if (!this.#filters.has(own) && this.#filters.size >= this.#settings.subscriptionsPerConnection)
      return false;
    this.#filters.set(own, qos > 0 ? 1 : 0);
    return true;
  }

  unsubscribe(filter: string): void {
    const own = this.topics.downFilter(filter);
    if (own !== null) this.#filters.delete(own);
  }

  /** The QoS of a message on `down/{name}`; undefined when the client has not subscribed to it. */
  qosOf(name: string): QoS | undefined {
    let granted = this.#filters.get("#");
    for (const [filter, qos] of this.#filters) {
      if (granted === 1) return granted;
      if (matchesFilter(filter, name)) granted = qos;
    }
    return granted;
  }

  /** False when the client reads so little that the message may not wait for it; such a link is to be closed. */
  send(topic: string, payload: Buffer, qos: QoS): boolean {
    if (this.#unreadBytes + payload.length > this.#settings.unreadBytes) return false;
    this.#unreadBytes += payload.length;
    this.client.publish({ cmd: "publish", topic, payload, qos, retain: false, dup: false }, () => {
      this.#unreadBytes -= payload.length;
    });
    return true;
  }

  close(): void {
    this.client.close();
  }
}
