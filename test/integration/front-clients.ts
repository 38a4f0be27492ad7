import type { Socket } from "node:net";
import type { IClientOptions, MqttClient } from "mqtt";
import { generate, type Packet, parser } from "mqtt-packet";
import type { JsonObject, JsonValue } from "../../actors/contracts/json.ts";

export function clientOptions(gatewayId: string): IClientOptions {
  return {
    host: "127.0.0.1",
    protocolVersion: 4,
    clientId: gatewayId,
    username: gatewayId,
    password: `secret of ${gatewayId}`,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
  };
}

type Down = { readonly topic: string; readonly payload: JsonObject };

/** A gateway that speaks through mqtt.js. */
export class Gateway {
  readonly id: string;
  readonly client: MqttClient;
  readonly received: Down[] = [];

  constructor(id: string, client: MqttClient) {
    this.id = id;
    this.client = client;
    client.on("error", () => {});
    client.on("message", (topic, payload) => {
      this.received.push({
        topic: topic.replace(`gw/${id}/down/`, ""),
        payload: JSON.parse(payload.toString()),
      });
    });
  }

  /** Resolves with the PUBACK. */
  up(kind: string, payload: JsonValue | Buffer): Promise<unknown> {
    return this.publish(`gw/${this.id}/up/${kind}`, payload);
  }

  publish(topic: string, payload: JsonValue | Buffer): Promise<unknown> {
    const bytes = Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
    return this.client.publishAsync(topic, bytes, { qos: 1 });
  }

  errors(): JsonObject[] {
    return this.received.filter(({ topic }) => topic === "error").map(({ payload }) => payload);
  }

  end(): void {
    this.client.end(true);
  }
}

/** A client as impolite as a test wants it. */
export class RawLink {
  readonly socket: Socket;
  readonly packets: Packet[] = [];
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    const scanner = parser({ protocolVersion: 4 });
    scanner.on("packet", (packet) => this.packets.push(packet));
    socket.on("data", (chunk) => scanner.parse(chunk));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isClosed = true;
    });
  }

  connect(username: string, password: string, options: { keepalive?: number; clientId?: string } = {}): void {
    const { keepalive = 60, clientId = username } = options;
    this.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive,
      username,
      password: Buffer.from(password),
    });
  }

  publish(topic: string, payload: string | Buffer, messageId: number): void {
    this.send({ cmd: "publish", topic, payload, messageId, qos: 1, dup: false, retain: false });
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  has(cmd: Packet["cmd"]): boolean {
    return this.packets.some((packet) => packet.cmd === cmd);
  }

  ids(cmd: Packet["cmd"]): (number | undefined)[] {
    return this.packets.filter((packet) => packet.cmd === cmd).map(({ messageId }) => messageId);
  }

  end(): void {
    this.socket.destroy();
  }
}
