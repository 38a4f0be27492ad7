import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import { CONNACK, PacketScanner, PUBACK, PUBLISH, SUBACK } from "./packet-scanner.ts";

export type Credentials = { gatewayId: string; username: string; password: string };
type LinkOptions = {
  wantsAcks: boolean;
  puback: (packetId: number) => void;
  ack: () => void;
  lost: (error: Error) => void;
};

/** Longer than a whole run: the generator never needs to send a PINGREQ. */
const KEEPALIVE_SECONDS = 3_600;
const CONNECT_MS = 60_000;
const SUBSCRIBE_ID = 65_535;

/** Reads are handled before the next one starts, so that all connections can share one buffer. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** One gateway's connection. */
export class Link {
  readonly #socket: Socket;
  readonly #credentials: Credentials;
  readonly #options: LinkOptions;
  readonly #connected = Promise.withResolvers<void>();
  readonly #timeout = setTimeout(() => this.#lost("no CONNACK in time"), CONNECT_MS);

  constructor(port: number, credentials: Credentials, options: LinkOptions) {
    this.#credentials = credentials;
    this.#options = options;
    const scanner = new PacketScanner((type, value) => this.#receive(type, value));
    const callback = (bytes: number, buffer: Uint8Array) => {
      scanner.push(buffer, bytes);
      return true;
    };
    this.#socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: { buffer: READ_BUFFER, callback },
    });
    this.#socket.once("connect", () => this.#socket.write(connectPacket(credentials)));
    this.#socket.once("error", (error) => this.#lost(error.message));
    this.#socket.once("close", () => this.#lost("the server closed the connection"));
  }

  connected(): Promise<void> {
    return this.#connected.promise;
  }

  write(frame: Buffer): void {
    this.#socket.write(frame);
  }

  #receive(type: number, value: number): void {
    if (type === PUBACK) this.#options.puback(value);
    else if (type === PUBLISH) this.#options.ack();
    else if (type === SUBACK) this.#ready();
    else if (type === CONNACK && value === 0) this.#accepted();
    else if (type === CONNACK) this.#lost(`CONNACK with return code ${value & 255}`);
  }

  #accepted(): void {
    if (this.#options.wantsAcks) this.#socket.write(subscribePacket(this.#credentials));
    else this.#ready();
  }

  #ready(): void {
    clearTimeout(this.#timeout);
    this.#connected.resolve();
  }

  #lost(reason: string): void {
    clearTimeout(this.#timeout);
    this.#socket.destroy();
    const error = new Error(`gateway ${this.#credentials.gatewayId}: ${reason}`);
    this.#connected.reject(error);
    this.#options.lost(error);
  }
}

function connectPacket({ gatewayId, username, password }: Credentials): Buffer {
  return generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: gatewayId,
    keepalive: KEEPALIVE_SECONDS,
    username,
    password: Buffer.from(password),
  });
}

/** QoS 0: who loses an ack sends its message again, so nothing is gained by acknowledging acks. */
function subscribePacket({ gatewayId }: Credentials): Buffer {
  return generate({
    cmd: "subscribe",
    messageId: SUBSCRIBE_ID,
    subscriptions: [{ topic: `gw/${gatewayId}/down/ack`, qos: 0 }],
  });
}
