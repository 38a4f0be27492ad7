import type { IPublishPacket, MqttClient } from "mqtt";
import type { Packet } from "mqtt-packet";
import type { Counters } from "../../../mixins/counters.ts";
import type { Turn } from "../ingest/in-order.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import type { BridgeSettings } from "./settings.ts";
import { within } from "./within.ts";

/** One message, as a slot got it from the broker. */
export type Arrival = {
  readonly topic: string;
  readonly payload: Buffer;
  /** The connection has ended: the broker sends it again to whoever holds the slot next. */
  readonly isDropped: boolean;
  /** To be called once: the broker may forget it. */
  readonly done: () => void;
};

type SlotConnectionOptions = {
  readonly client: MqttClient;
  readonly filters: readonly string[];
  readonly settings: BridgeSettings;
  readonly counters: Counters;
  readonly receive: (arrival: Arrival) => void;
  /** Is there room for more beyond this connection? When there is again, `resume` is to be called. */
  readonly mayRead: () => boolean;
  readonly onSubscribed: () => void;
  /** Once, with the reason in words for people; not after `surrender` or `drop`. */
  readonly onEnded: (problem: string) => void;
};

/** The network connection of a slot: reads while there is room, and acknowledges by id, in order. */
export class SlotConnection {
  readonly #options: SlotConnectionOptions;
  readonly #client: MqttClient;
  readonly #acknowledgements: Acknowledgements;
  readonly #drained = Promise.withResolvers<void>();
  #isClosed = false;
  #isEnding = false;
  /** What the broker itself said about the end. */
  #told: string | undefined;
  /** Goes on with the next packet; set while nothing is to be read. */
  #next: (() => void) | undefined;
  #pings: NodeJS.Timeout | undefined;

  constructor(options: SlotConnectionOptions) {
    const { client, settings } = options;
    this.#options = options;
    this.#client = client;
    this.#acknowledgements = new Acknowledgements({
      write: (bytes) => {
        if (!this.#isClosed) client.stream.write(bytes);
      },
      maxMessages: settings.unacknowledgedMessages,
      maxBytes: settings.unacknowledgedBytes,
      onRoom: () => this.resume(),
    });
    client.on("packetreceive", holdPuback);
    client.handleMessage = (packet, next) => this.#take(packet, () => next());
    client.on("connect", () => this.#subscribe());
    client.on("disconnect", ({ reasonCode }) => {
      this.#told = `the broker ended the connection, reason ${reasonCode}`;
    });
    client.on("error", ({ message }) => this.#end(message));
    client.on("close", () => this.#end("the connection was closed"));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get unacknowledged(): number {
    return this.#isClosed ? 0 : this.#acknowledgements.messages;
  }

  /** Reads on, if it has stopped and there is room. */
  resume(): void {
    if (!this.#next || !this.#mayGoOn()) return;
    const next = this.#next;
    this.#next = undefined;
    clearInterval(this.#pings);
    next();
  }

  /** Acknowledges what it has read as far as the outcomes come in time, and leaves. The broker keeps the session. */
  async surrender(): Promise<void> {
    const { drainTimeoutMs, closeTimeoutMs } = this.#options.settings;
    this.#isEnding = true;
    if (this.#acknowledgements.messages > 0) await within(drainTimeoutMs, this.#drained.promise);
    if (this.#isClosed) return;
    // The last PUBACKs are written in a microtask.
    await Promise.resolve();
    this.#close();
    if (this.#client.connected) await within(closeTimeoutMs, this.#client.endAsync());
    this.#client.stream.destroy();
  }

  /** Ends without a word. */
  drop(): void {
    this.#close();
    this.#client.end(true);
  }

  acknowledge(turn: Turn): void {
    this.#acknowledgements.done(turn);
    if (this.#isEnding && this.#acknowledgements.messages === 0) this.#drained.resolve();
  }

  #subscribe(): void {
    const { filters, onSubscribed } = this.#options;
    this.#client.subscribe([...filters], { qos: 1 }, (error) => {
      if (this.#isClosed) return;
      if (error) this.#end(error.message);
      else onSubscribed();
    });
  }

  #take(packet: IPublishPacket, next: () => void): void {
    // The broker did not get an acknowledgement of it and sends it again.
    if (this.#isClosed) return next();
    const { receive, counters } = this.#options;
    if (packet.dup) counters.count("gateway_twin.bridge.redelivered.total");
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    const turn = this.#acknowledgements.add(packet.messageId || undefined, payload.length);
    receive(new Received(this, packet.topic, payload, turn));
    if (this.#mayGoOn()) next();
    else this.#pause(next);
  }

  #mayGoOn(): boolean {
    if (this.#isClosed) return true;
    return !this.#isEnding && !this.#acknowledgements.isFull && this.#options.mayRead();
  }

  /** What is not read, the answers to pings among it, must not look like a dead connection to either side. */
  #pause(next: () => void): void {
    this.#next = next;
    this.#pings = setInterval(() => {
      this.#client.sendPing();
      this.#client.reschedulePing(true);
    }, this.#options.settings.keepAliveSeconds * 300);
  }

  #end(problem: string): void {
    if (this.#isClosed) return;
    this.#close();
    this.#client.end(true);
    this.#options.onEnded(this.#told ?? problem);
  }

  #close(): void {
    this.#isClosed = true;
    this.#drained.resolve();
    this.resume();
    clearInterval(this.#pings);
  }
}

class Received implements Arrival {
  readonly topic: string;
  readonly payload: Buffer;
  readonly #connection: SlotConnection;
  readonly #turn: Turn;

  constructor(connection: SlotConnection, topic: string, payload: Buffer, turn: Turn) {
    this.topic = topic;
    this.payload = payload;
    this.#connection = connection;
    this.#turn = turn;
  }

  get isDropped(): boolean {
    return this.#connection.isClosed;
  }

  done(): void {
    this.#connection.acknowledge(this.#turn);
  }
}

/**
 * mqtt.js writes the PUBACK itself when it has handed a QoS 1 message out, one at a time. It does nothing of the
 * kind under QoS 0, and it asks for the QoS after this event: see `test/integration/bridge-acknowledgement.spec.ts`.
 */
function holdPuback(packet: Packet): void {
  if (packet.cmd === "publish" && packet.qos === 1) packet.qos = 0;
}
