import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { targetsOf } from "./targets.ts";

const P = 256;
const names = (count: number) => Array.from({ length: count }, (_, index) => `node-${index + 1}`);

function loads(targets: readonly (string | undefined)[]): number[] {
  return [...Map.groupBy(targets, (target) => target).values()].map((group) => group.length);
}

function moved(before: readonly (string | undefined)[], after: readonly (string | undefined)[]): number {
  return before.filter((target, partition) => target !== after[partition]).length;
}

describe("targets of partitions", () => {
  it("are the same in whatever order the nodes are known, and no node has more than its share", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 12 }), (nodes) => {
        const targets = targetsOf("twin", P, nodes);
        expect(targetsOf("twin", P, nodes.toReversed())).toEqual(targets);
        expect(Math.max(...loads(targets))).toBeLessThanOrEqual(Math.ceil(P / nodes.length));
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it.each([
    [2, 3],
    [3, 4],
    [4, 3],
    [6, 5],
  ])("move little more than one share from %i to %i nodes", (from, to) => {
    const share = P / Math.max(from, to);
    const count = moved(targetsOf("twin", P, names(from)), targetsOf("twin", P, names(to)));
    expect(count).toBeGreaterThanOrEqual(Math.floor(share));
    expect(count).toBeLessThanOrEqual(1.6 * share);
  });

  it("leave a node out where it is not admitted", () => {
    const nodes = names(3);
    const [before] = targetsOf("twin", P, nodes);
    const targets = targetsOf("twin", P, nodes, (nodeId, partition) => partition !== 0 || nodeId !== before);
    expect(targets[0]).not.toBe(before);
    expect(targetsOf("twin", P, [])).toEqual(Array(P).fill(undefined));
  });

  it("rather choose a node that is not admitted than none", () => {
    expect(targetsOf("twin", P, ["node-1"], () => false)).toEqual(Array(P).fill("node-1"));
  });
});
