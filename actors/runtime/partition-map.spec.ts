import fc from "fast-check";
import { expect, it } from "vitest";
import { partitionOf } from "./partition-map.ts";

/** FNV-1a as its authors publish it, in big integers. */
function reference(text: string): number {
  let hash = 0x811c9dc5n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  return Number(hash);
}

it("is FNV-1a of the UTF-8 bytes, for any id", () => {
  expect(partitionOf("foobar", 2 ** 32)).toBe(0xbf9cf968);
  const law = fc.property(fc.string({ unit: "grapheme" }), (id) => {
    expect(partitionOf(id, 2 ** 32)).toBe(reference(id));
  });
  fc.assert(law);
});

it("spreads ids that differ in a number only", () => {
  const counts = new Array<number>(16).fill(0);
  for (let i = 0; i < 16_000; i += 1)
    counts[partitionOf(`gateway-${i}`, 16)] = (counts[partitionOf(`gateway-${i}`, 16)] ?? 0) + 1;
  expect(Math.min(...counts)).toBeGreaterThan(900);
  expect(Math.max(...counts)).toBeLessThan(1100);
});
