import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Slab } from "./slab.ts";

type Model = Map<string, { readonly document: string; readonly pos: number }>;
type Step = { readonly op: "put" | "take" | "delete"; readonly id: string; readonly size: number };

function perform(slab: Slab, model: Model, { op, id, size }: Step, pos: number): void {
  if (op === "put") {
    const document = JSON.stringify({ text: "ü".repeat(size), pos });
    slab.put(id, document, pos);
    model.set(id, { document, pos });
    return;
  }
  if (op === "take") expect(slab.take(id)).toEqual(model.get(id));
  else slab.delete(id);
  model.delete(id);
}

function bytesIn(model: Model): number {
  return [...model].reduce((sum, [id, { document }]) => sum + Buffer.byteLength(id + document) + 14, 0);
}

const steps = fc.array(
  fc.record<Step>({
    op: fc.constantFrom("put", "put", "take", "delete"),
    id: fc.integer({ min: 0, max: 40 }).map((n) => `gw-${n}-é`),
    size: fc.integer({ min: 0, max: 30_000 }),
  }),
  { maxLength: 120 },
);

describe("slab", () => {
  it("behaves as a map under any sequence of puts, takes and deletes, and its holes stay bounded", () => {
    const law = fc.property(steps, (sequence) => {
      const slab = new Slab();
      const model: Model = new Map();
      for (const [pos, step] of sequence.entries()) perform(slab, model, step, pos);
      expect(slab.size).toBe(model.size);
      expect(slab.bytes).toBeLessThanOrEqual(bytesIn(model) * 4 + 3 * 65_536);
      for (const [id, entry] of model) expect(slab.take(id)).toEqual(entry);
    });
    fc.assert(law, { numRuns: 60, seed: 1 });
  });

  it("starts anew after clear", () => {
    const slab = new Slab();
    slab.put("a", "{}", 1);
    slab.clear();
    expect([slab.size, slab.bytes, slab.take("a")]).toEqual([0, 0, undefined]);
    slab.put("a", "{}", 2);
    expect(slab.take("a")).toEqual({ document: "{}", pos: 2 });
  });
});
