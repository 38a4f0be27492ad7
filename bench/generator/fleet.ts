import { setTimeout as sleep } from "node:timers/promises";
import { buildFrame, NUMBERED, patchFrame, SEQ_BASE, type Template } from "./frames.ts";
import { type Credentials, Link } from "./link.ts";
import { SlotRing } from "./slot-ring.ts";

const CONNECTS_AT_ONCE = 32;
const DRAIN_MS = 30_000;

/**
 * All gateways of one variant. A slot is one place in a gateway's window: it owns a prebuilt frame and a packet id,
 * and is free again when its PUBACK has come, so a frame is never patched while the kernel may still read it.
 */
export class Fleet {
  readonly #gateways: Credentials[];
  readonly #links: Link[] = [];
  readonly #window: number;
  readonly #sent: Uint32Array;
  readonly #free: SlotRing;
  readonly #failed = Promise.withResolvers<never>();
  #template = NUMBERED;
  #frames: Buffer[];
  #totalSent = 0;
  #totalAcked = 0;
  onPuback: (slot: number) => void = () => {};
  /** A gateway has got its app-level `ack`. */
  onAck: () => void = () => {};

  constructor(gateways: Credentials[], window: number) {
    this.#gateways = gateways;
    this.#sent = new Uint32Array(gateways.length);
    this.#free = new SlotRing(gateways.length * window);
    this.#window = window;
    this.#frames = this.#build();
    this.#failed.promise.catch(() => {});
  }

  get slots(): number {
    return this.#frames.length;
  }

  get totalSent(): number {
    return this.#totalSent;
  }

  get sentPerGateway(): number[] {
    return [...this.#sent];
  }

  /** What is sent from now on; only while nothing is in flight. */
  use(template: Template): void {
    if (template === this.#template) return;
    this.#template = template;
    this.#frames = this.#build();
  }

  /** Bounded in flight: a server that checks passwords properly pays for each CONNECT. */
  async connect(port: number, wantsAcks = false): Promise<void> {
    const pending = this.#gateways.entries();
    const worker = async () => {
      for (const [index, gateway] of pending) await this.#open(port, gateway, index, wantsAcks);
    };
    await Promise.all(Array.from({ length: CONNECTS_AT_ONCE }, worker));
  }

  /** Sends one message of the gateway that has waited longest; undefined when every window is full. */
  sendNext(): number | undefined {
    const slot = this.#free.shift();
    const frame = slot === undefined ? undefined : this.#frames[slot];
    if (slot === undefined || frame === undefined) return undefined;
    const gateway = slot % this.#gateways.length;
    const count = (this.#sent[gateway] ?? 0) + 1;
    this.#sent[gateway] = count;
    this.#totalSent++;
    patchFrame(frame, SEQ_BASE + count, Date.now(), this.#template);
    this.#links[gateway]?.write(frame);
    return slot;
  }

  /** Rejects as soon as one connection is lost: a run without all its gateways is no measurement. */
  guard<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#failed.promise]);
  }

  async drained(completed: () => number): Promise<void> {
    const deadline = Date.now() + DRAIN_MS;
    while (this.#totalAcked < this.#totalSent || completed() < this.#totalSent) {
      if (Date.now() > deadline) throw new Error(this.#drainError(completed()));
      await sleep(10);
    }
  }

  #drainError(completed: number): string {
    return `of ${this.#totalSent} messages ${this.#totalAcked} were acknowledged and ${completed} completed in time`;
  }

  #build(): Buffer[] {
    return Array.from({ length: this.#window }, (_, place) =>
      this.#gateways.map(({ gatewayId }) => buildFrame(gatewayId, place + 1, this.#template)),
    ).flat();
  }

  async #open(port: number, gateway: Credentials, index: number, wantsAcks: boolean): Promise<void> {
    const link = new Link(port, gateway, {
      wantsAcks,
      ack: () => this.onAck(),
      puback: (packetId) => this.#acknowledged((packetId - 1) * this.#gateways.length + index),
      lost: (error) => this.#failed.reject(error),
    });
    this.#links[index] = link;
    await link.connected();
  }

  #acknowledged(slot: number): void {
    this.#totalAcked++;
    this.#free.push(slot);
    this.onPuback(slot);
  }
}
