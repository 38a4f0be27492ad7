import { setTimeout as delay } from "node:timers/promises";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";

const WINDOW = 4;
const RECONNECT_MS = 50;
const CONNECT_TIMEOUT_MS = 2000;
/** What the broker has taken and nobody has answered for so long is sent again. */
const ANSWER_MS = 4000;
const BOOT = "b1";

/** "front": our own listener, whose PUBACK comes after the commit. "broker": only `down/ack` tells of the commit. */
export type Way = "front" | "broker";

export type LoadGatewayOptions = {
  readonly id: string;
  readonly password: string;
  readonly way: Way;
  readonly urls: readonly string[];
  /** Between two updates, when all are acknowledged. */
  readonly paceMs: number;
};

/** An update whose commit was acknowledged; times are those of `performance.now`. */
type Acknowledgement = { readonly seq: number; readonly sentAt: number; readonly at: number };

/**
 * A gateway that reports its own sequence number again and again, holds what is not acknowledged, and sends that
 * again, in order, when it is connected anew: to the next front, as behind a balancer.
 */
export class LoadGateway {
  readonly id: string;
  readonly way: Way;
  readonly acknowledgements: Acknowledgement[] = [];
  /** What it saw that must never be. */
  readonly faults: string[] = [];
  readonly #options: LoadGatewayOptions;
  /** Updates that are not acknowledged, in order, and when they were first sent. */
  readonly #pending = new Map<number, number>();
  #sent = 0;
  #highest = 0;
  #version = 0;
  #urlIndex: number;
  #repeatedAt = 0;
  #isPaused = false;
  #isFinished = false;
  #isEnded = false;
  #client: MqttClient | undefined;
  #running: Promise<void> | undefined;

  constructor(options: LoadGatewayOptions, urlIndex: number) {
    this.id = options.id;
    this.way = options.way;
    this.#options = options;
    this.#urlIndex = urlIndex;
  }

  /** The highest number known to be committed. */
  get acknowledged(): number {
    return this.#highest;
  }

  get sent(): number {
    return this.#sent;
  }

  get isQuiet(): boolean {
    return this.#pending.size === 0;
  }

  /** The highest version it was told. */
  get version(): number {
    return this.#version;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Sends nothing new; what is not acknowledged is only sent again on a new connection. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** No update after these; they are still sent again. */
  finish(): void {
    this.#isFinished = true;
    this.#isPaused = false;
  }

  /** A message of its own, beside the numbered ones; resolves at its PUBACK. */
  async publish(state: Readonly<Record<string, unknown>>): Promise<void> {
    const payload = JSON.stringify({ state });
    await this.#client?.publishAsync(`gw/${this.id}/up/reported`, payload, { qos: 1 });
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#client?.endAsync(true).catch(() => undefined);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isEnded) {
      await this.#session().catch(() => undefined);
      this.#urlIndex += 1;
      if (!this.#isEnded) await delay(RECONNECT_MS);
    }
  }

  /** One connection, until its end. */
  async #session(): Promise<void> {
    const { urls, paceMs } = this.#options;
    const client = await mqtt.connectAsync(urls[this.#urlIndex % urls.length] ?? "", this.#clientOptions());
    const closed = new Promise<void>((resolve) => client.once("close", resolve));
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => this.#receive(topic, payload));
    this.#client = client;
    await Promise.race([client.subscribeAsync(`gw/${this.id}/down/#`, { qos: 1 }), closed]);
    // In order: nothing new goes before what is sent again.
    for (const seq of this.#pending.keys()) this.#publish(client, seq);
    const timer = setInterval(() => this.#tick(), paceMs);
    await closed;
    clearInterval(timer);
  }

  #clientOptions(): IClientOptions {
    const { id, password, way } = this.#options;
    const common = { clientId: id, reconnectPeriod: 0, connectTimeout: CONNECT_TIMEOUT_MS, keepalive: 5 };
    return way === "front" ? { ...common, username: id, password } : common;
  }

  #tick(): void {
    if (this.#isPaused) return;
    if (!this.#isFinished && this.#pending.size < WINDOW) this.#sendNext();
    if (this.way === "broker") this.#sendUnansweredAgain();
  }

  #sendNext(): void {
    this.#sent += 1;
    this.#pending.set(this.#sent, performance.now());
    if (this.#client?.connected) this.#publish(this.#client, this.#sent);
  }

  #publish(client: MqttClient, seq: number): void {
    const payload = JSON.stringify({ state: { seq }, boot: BOOT, seq });
    client.publish(`gw/${this.id}/up/reported`, payload, { qos: 1 }, (error) => {
      if (!error && this.way === "front") this.#acknowledge(seq);
    });
  }

  /** The broker forgets nothing by itself, but an answer of ours may have been lost with who sent it. */
  #sendUnansweredAgain(): void {
    const now = performance.now();
    const [oldest] = this.#pending.values();
    const isLate = oldest !== undefined && now - Math.max(oldest, this.#repeatedAt) > ANSWER_MS;
    if (!isLate || !this.#client?.connected) return;
    this.#repeatedAt = now;
    for (const seq of this.#pending.keys()) this.#publish(this.#client, seq);
  }

  #receive(topic: string, payload: Buffer): void {
    const message: { seq?: number; version?: number } = JSON.parse(payload.toString());
    if (message.seq === undefined) return;
    if (topic === `gw/${this.id}/down/error`) this.faults.push(`${this.id} got ${payload.toString()}`);
    if (topic !== `gw/${this.id}/down/ack`) return;
    this.#version = Math.max(this.#version, message.version ?? 0);
    this.#acknowledge(message.seq);
  }

  #acknowledge(seq: number): void {
    const sentAt = this.#pending.get(seq);
    if (sentAt === undefined) return;
    this.#pending.delete(seq);
    this.#highest = Math.max(this.#highest, seq);
    this.acknowledgements.push({ seq, sentAt, at: performance.now() });
  }
}
