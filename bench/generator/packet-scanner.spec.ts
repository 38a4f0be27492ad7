import { generate } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { CONNACK, PacketScanner, PUBACK } from "./packet-scanner.ts";

const STREAM = Buffer.concat([
  generate({ cmd: "connack", returnCode: 5, sessionPresent: false }),
  generate({ cmd: "puback", messageId: 258 }),
  generate({ cmd: "pingresp" }),
  generate({ cmd: "publish", topic: "down", payload: "x".repeat(300), qos: 0, dup: false, retain: false }),
  generate({ cmd: "puback", messageId: 2 }),
]);

function scan(chunks: Buffer[]): [number, number][] {
  const found: [number, number][] = [];
  const scanner = new PacketScanner((type, value) => found.push([type, value]));
  for (const chunk of chunks) scanner.push(chunk, chunk.length);
  return found;
}

describe("PacketScanner", () => {
  it("reports acknowledgements and skips everything else", () => {
    const found = scan([STREAM]);
    expect(found).toHaveLength(5);
    expect(found.filter(([type]) => type === PUBACK)).toEqual([
      [PUBACK, 258],
      [PUBACK, 2],
    ]);
    expect(found[0]).toEqual([CONNACK, 5]);
  });

  it("finds the same however the stream is cut", () => {
    for (const size of [1, 2, 3, 7]) {
      const cuts = Array.from({ length: Math.ceil(STREAM.length / size) }, (_, i) =>
        STREAM.subarray(i * size, (i + 1) * size),
      );
      expect(scan(cuts)).toEqual(scan([STREAM]));
    }
  });

  it("reads only the given length of a reused buffer", () => {
    const found: number[] = [];
    const scanner = new PacketScanner((_type, value) => found.push(value));
    scanner.push(Buffer.concat([generate({ cmd: "puback", messageId: 9 }), STREAM]), 4);
    expect(found).toEqual([9]);
  });
});
