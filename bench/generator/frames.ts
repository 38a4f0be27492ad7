import { generate } from "mqtt-packet";

/** `@` = the sequence number, `~` = milliseconds since the epoch, `#` = a digit of a changing value. */
const STATE =
  '{"state":{"counter":@@@@@@@,' +
  '"board":{"cpu":4#.##,"memory":5#.##,"temperature":3#.#,"rssi":-6#,"load":1.##},' +
  '"net":{"rx":81######,"tx":42######,"drops":1###,"latency":2#.##},' +
  '"power":{"voltage":1#.##,"current":3.##,"battery":8#.#},' +
  '"cameras":{"front":{"fps":2#.#},"rear":{"fps":2#.#},"storage":1####}},';

const TIME = '"ts":~~~~~~~~~~~~~}';

/** Sequence numbers start above it, so that all have seven digits and no leading zero. */
export const SEQ_BASE = 1_000_000;

type Field = { offset: number; width: number };

/** A message and where in it the digits are that change. */
class Template {
  readonly text: string;
  readonly seqFields: Field[];
  readonly timeFields: Field[];
  readonly valueFields: Field[];

  constructor(text: string) {
    this.text = text;
    this.seqFields = fieldsOf(text, "@");
    this.timeFields = fieldsOf(text, "~");
    this.valueFields = fieldsOf(text, "#");
  }
}

/** As a gateway sends it that wants copies recognised, and an app-level `ack`. */
export const NUMBERED = new Template(`${STATE}"boot":"bench-boot","seq":@@@@@@@,${TIME}`);
/** As one sends it that does not. */
export const PLAIN = new Template(`${STATE}${TIME}`);
export const MESSAGE_BYTES = NUMBERED.text.length;
export type { Template };

const DIGIT_ZERO = 0x30;

let random = 12_345;

export function buildFrame(gatewayId: string, packetId: number, { text } = NUMBERED): Buffer {
  const topic = `gw/${gatewayId}/up/reported`;
  const payload = text.replaceAll(/[@~#]/g, "1");
  return generate({ cmd: "publish", qos: 1, dup: false, retain: false, messageId: packetId, topic, payload });
}

/** Overwrites the digits in place: the length, and so the packet, stays valid. */
export function patchFrame(frame: Buffer, seq: number, nowMs: number, template = NUMBERED): void {
  const payload = frame.length - template.text.length;
  for (const field of template.seqFields) writeDigits(frame, payload, field, seq);
  for (const field of template.timeFields) writeDigits(frame, payload, field, nowMs);
  for (const field of template.valueFields) {
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

function fieldsOf(text: string, mark: string): Field[] {
  return [...text.matchAll(new RegExp(`${mark}+`, "g"))].map((found) => ({
    offset: found.index,
    width: found[0].length,
  }));
}
