import { Socket } from "node:net";
import { connect, type MqttClient } from "mqtt";
import { readDownMessage } from "./down-messages.ts";
import { type GatewayModel, type Input, isOverdue, newGateway, type Output, step } from "./gateway-model.ts";
import type { Random } from "./random.ts";
import type { Credentials } from "./rest-client.ts";

interface GatewaySettings {
  /** Asked for with each connect. */
  readonly mqttUrl: () => string;
  readonly keepAliveSeconds?: number;
  readonly credentials: Credentials;
  readonly boot: string;
  readonly counted: boolean;
  readonly jitter: Random;
}

const ACK_PATIENCE_MS = 15_000;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 8000;
const CLOSE_PATIENCE_MS = 2000;
const KEEP_ALIVE_SECONDS = 60;

/** The MQTT side of one gateway: feeds the model and sends what it answers. One MQTT client per connection. */
export class GatewayClient {
  readonly id: string;
  model: GatewayModel;
  malformed = 0;
  lastError: string | undefined;
  readonly #settings: GatewaySettings;
  #client: MqttClient | undefined;
  #connectAt = 0;
  #failures = 0;
  #onShrink: (() => void) | undefined;

  constructor(settings: GatewaySettings) {
    this.#settings = settings;
    this.id = settings.credentials.username;
    this.model = newGateway(settings.boot, settings.counted);
  }

  wantsLink(now: number): boolean {
    return !this.#client && now >= this.#connectAt;
  }

  connect(): void {
    const { mqttUrl, credentials, keepAliveSeconds = KEEP_ALIVE_SECONDS } = this.#settings;
    const client = connect(mqttUrl(), {
      ...credentials,
      keepalive: keepAliveSeconds,
      clientId: this.id,
      protocolVersion: 4,
      reconnectPeriod: 0,
      will: { topic: this.#topic("up/bye"), payload: this.#bye("link lost"), qos: 1, retain: false },
    });
    this.#client = client;
    // With Nagle's algorithm two small messages in a row wait for a delayed TCP acknowledgement of 40 ms.
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    client.on("connect", () => this.#subscribe(client));
    client.on("message", (topic, payload) => this.#receive(client, topic, payload));
    client.on("error", (error) => {
      this.lastError = error.message || String(error);
    });
    client.on("close", () => this.#closed(client));
  }

  apply(input: Input): void {
    const before = this.model.spool.length;
    const { model, outputs } = step(this.model, input);
    this.model = model;
    for (const output of outputs) this.#send(output);
    if (model.spool.length < before) this.#onShrink?.();
  }

  /** Cuts the link without a word, as a network does; with `boot`, a power cycle. */
  drop(now: number, downMs: number, boot?: string): void {
    this.#connectAt = now + downMs;
    this.#detach()?.stream.destroy();
    this.apply(boot === undefined ? { type: "linkDown" } : { type: "powerCycled", boot });
  }

  dropIfOverdue(now: number): void {
    if (isOverdue(this.model, now, ACK_PATIENCE_MS)) this.drop(now, RETRY_MIN_MS);
  }

  /** Resolves true once the spool holds fewer than `limit` entries, false when `patienceMs` pass before. */
  async room(limit: number, patienceMs: number, signal: AbortSignal): Promise<boolean> {
    const deadline = Date.now() + patienceMs;
    while (this.model.spool.length >= limit && Date.now() < deadline) {
      await this.#shrunk(deadline - Date.now(), signal);
      signal.throwIfAborted();
    }
    return this.model.spool.length < limit;
  }

  /** Says goodbye and disconnects; cuts the link when that takes too long. */
  close(): Promise<void> {
    const client = this.#detach();
    if (!client) return Promise.resolve();
    if (client.connected) client.publish(this.#topic("up/bye"), this.#bye("simulation over"), { qos: 1 });
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        client.stream.destroy();
        resolve();
      }, CLOSE_PATIENCE_MS);
      client.once("close", () => {
        clearTimeout(cut);
        resolve();
      });
      client.end();
    });
  }

  #subscribe(client: MqttClient): void {
    client.subscribe(this.#topic("down/#"), { qos: 1 }, (error) => {
      if (this.#client !== client) return;
      if (error) {
        this.lastError = error.message;
        client.stream.destroy();
        return;
      }
      this.#failures = 0;
      this.apply({ type: "linkUp", now: Date.now() });
    });
  }

  #receive(client: MqttClient, topic: string, payload: Buffer): void {
    if (this.#client !== client) return;
    const message = readDownMessage(topic, payload.toString(), Date.now());
    if (message === "malformed") this.malformed++;
    else if (message !== "ignored") this.apply(message);
  }

  #send({ topic, body, id }: Output): void {
    const client = this.#client;
    const qos = topic === "heartbeat" ? 0 : 1;
    client?.publish(this.#topic(`up/${topic}`), JSON.stringify(body), { qos }, (error) => {
      if (!error && id !== undefined && this.#client === client) this.apply({ type: "pubacked", id });
    });
  }

  #shrunk(withinMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        this.#onShrink = undefined;
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      signal.addEventListener("abort", wake);
      this.#onShrink = wake;
    });
  }

  #closed(client: MqttClient): void {
    if (this.#client !== client) return;
    this.#detach();
    const backoff = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures++);
    // A server that restarts must not meet the whole fleet in one instant.
    this.#connectAt = Date.now() + backoff * (0.5 + this.#settings.jitter.next());
    this.apply({ type: "linkDown" });
  }

  /** From here on, events of this connection are ignored. */
  #detach(): MqttClient | undefined {
    const client = this.#client;
    this.#client = undefined;
    return client;
  }

  #topic(rest: string): string {
    return `gw/${this.id}/${rest}`;
  }

  #bye(reason: string): string {
    return JSON.stringify({ boot: this.model.boot, reason });
  }
}
