import { type Packet, parser } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { buildFrame, MESSAGE_BYTES, patchFrame, SEQ_BASE } from "./frames.ts";

type Message = { state: object; boot: string; seq: number; ts: number };

function parsePacket(frame: Buffer): Packet {
  const packets: Packet[] = [];
  const mqtt = parser({ protocolVersion: 4 });
  mqtt.on("packet", (packet: Packet) => packets.push(packet));
  mqtt.parse(frame);
  const [packet] = packets;
  if (packet === undefined) throw new Error("not a packet");
  return packet;
}

function messageOf(frame: Buffer): Message {
  const packet = parsePacket(frame);
  if (packet.cmd !== "publish") throw new Error(`a ${packet.cmd} packet`);
  return JSON.parse(packet.payload.toString()) as Message;
}

function leaves(value: unknown): unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];
}

describe("a frame", () => {
  it("is a QoS 1 publish to the gateway's own topic", () => {
    const packet = parsePacket(buildFrame("gw-7", 3));
    expect(packet).toMatchObject({ cmd: "publish", qos: 1, messageId: 3, topic: "gw/gw-7/up/reported" });
  });

  it("holds 16 leaves in about 300 bytes", () => {
    const frame = buildFrame("gw-7", 1);
    patchFrame(frame, SEQ_BASE + 1, 1_700_000_000_000);
    expect(leaves(messageOf(frame).state)).toHaveLength(16);
    expect(MESSAGE_BYTES).toBeGreaterThan(280);
    expect(MESSAGE_BYTES).toBeLessThan(400);
  });

  it("carries the sequence number outside and inside the state, and the time", () => {
    const frame = buildFrame("gw-7", 1);
    patchFrame(frame, SEQ_BASE + 42, 1_700_000_000_123);
    const message = messageOf(frame);
    expect(message).toMatchObject({
      seq: SEQ_BASE + 42,
      ts: 1_700_000_000_123,
      state: { counter: SEQ_BASE + 42 },
    });
  });

  it("stays valid JSON with new values at each patch", () => {
    const frame = buildFrame("gw-7", 1);
    const states = new Set<string>();
    for (let seq = 1; seq <= 500; seq++) {
      patchFrame(frame, SEQ_BASE + seq, Date.now());
      states.add(JSON.stringify({ ...messageOf(frame).state, counter: 0 }));
    }
    expect(states.size).toBe(500);
  });
});
