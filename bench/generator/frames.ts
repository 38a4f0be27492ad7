import { generate } from "mqtt-packet";

/** `@` = the sequence number, `~` = milliseconds since the epoch, `#` = a digit of a changing value. */
const TEMPLATE =
  '{"state":{"counter":@@@@@@@,' +
  '"board":{"cpu":4#.##,"memory":5#.##,"temperature":3#.#,"rssi":-6#,"load":1.##},' +
  '"net":{"rx":81######,"tx":42######,"drops":1###,"latency":2#.##},' +
  '"power":{"voltage":1#.##,"current":3.##,"battery":8#.#},' +
  '"cameras":{"front":{"fps":2#.#},"rear":{"fps":2#.#},"storage":1####}},' +
  '"boot":"bench-boot","seq":@@@@@@@,"ts":~~~~~~~~~~~~~}';

/** Sequence numbers start above it, so that all have seven digits and no leading zero. */
export const SEQ_BASE = 1_000_000;
export const MESSAGE_BYTES = TEMPLATE.length;

type Field = { offset: number; width: number };

const SEQ_FIELDS = fieldsOf("@");
const TIME_FIELDS = fieldsOf("~");
const VALUE_FIELDS = fieldsOf("#");
const DIGIT_ZERO = 0x30;

let random = 12_345;

export function buildFrame(gatewayId: string, packetId: number): Buffer {
  const topic = `gw/${gatewayId}/up/reported`;
  const payload = TEMPLATE.replaceAll(/[@~#]/g, "1");
  return generate({ cmd: "publish", qos: 1, dup: false, retain: false, messageId: packetId, topic, payload });
}

/** Overwrites the digits in place: the length, and so the packet, stays valid. */
export function patchFrame(frame: Buffer, seq: number, nowMs: number): void {
  const payload = frame.length - MESSAGE_BYTES;
  for (const field of SEQ_FIELDS) writeDigits(frame, payload, field, seq);
  for (const field of TIME_FIELDS) writeDigits(frame, payload, field, nowMs);
  for (const field of VALUE_FIELDS) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    writeDigits(frame, payload, field, random >>> 8);
  }
}

function writeDigits(frame: Buffer, payload: number, field: Field, value: number): void {
  let rest = value;
  for (let at = payload + field.offset + field.width - 1; at >= payload + field.offset; at--) {
    const tenth = Math.floor(rest / 10);
    frame[at] = DIGIT_ZERO + rest - tenth * 10;
    rest = tenth;
  }
}

function fieldsOf(mark: string): Field[] {
  return [...TEMPLATE.matchAll(new RegExp(`${mark}+`, "g"))].map((found) => ({
    offset: found.index,
    width: found[0].length,
  }));
}
