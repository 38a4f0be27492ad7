import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { UpMessage } from "../../../actors/contracts/twins.ts";
import { ok, refused } from "../../../test/helpers/ingest-harness.ts";
import { IngestBatcher, type IngestOutcome } from "./ingest-batcher.ts";
import { INGEST_SETTINGS } from "./settings.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const step = fc.record({
  gateway: fc.integer({ min: 0, max: 4 }),
  wait: fc.integer({ min: 0, max: 30 }),
  /** The gateway's new owner; 0 means that none is known, above 3 that it stays. */
  owner: fc.integer({ min: 0, max: 12 }),
});

test("whatever fails or moves: all are acknowledged once, and last applied in each gateway's order", async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 60 }),
    fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
    async (steps, luck) => {
      const settled: string[] = [];
      const twins = new FickleTwins(() => luck.next().value as number);
      const batcher = new IngestBatcher({
        settings: { ...INGEST_SETTINGS, batchMessages: 4, batchBytes: 40, batchesInFlight: 2 },
        ownerOf: (gatewayId) => twins.owners.get(gatewayId),
        learn: () => batcher.wake(),
        send: (owner, messages) => twins.ingest(owner, messages),
        onRetry: () => {},
        onRoom: () => {},
      });
      for (const [index, { gateway, wait, owner }] of steps.entries()) {
        const text = `${gateway}:${index}`;
        const message = { gatewayId: `${gateway}`, kind: "reported", payload: Buffer.from(text) } as const;
        twins.move(`${gateway}`, owner);
        if (wait % 2) batcher.wake();
        batcher.submit({ message, isDropped: false, settle: () => settled.push(text) });
        if (wait > 15) await vi.advanceTimersByTimeAsync(wait - 15);
      }
      for (const gateway of twins.owners.keys()) twins.owners.set(gateway, "n1");
      await vi.advanceTimersByTimeAsync(600_000);
      const sent = steps.map(({ gateway }, index) => `${gateway}:${index}`);
      expect(settled.toSorted()).toEqual(sent.toSorted());
      expect(batcher.waiting).toBe(0);
      for (const gateway of ["0", "1", "2", "3", "4"]) {
        const own = (text: string) => text.startsWith(`${gateway}:`);
        expect(lastTimes(twins.applied).filter(own)).toEqual(sent.filter(own));
        expect(settled.filter(own)).toEqual(sent.filter(own));
      }
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

/** Calls fail before or after the work, single messages are put off, and owners change in between. */
class FickleTwins {
  readonly owners = new Map<string, string | undefined>(
    ["0", "1", "2", "3", "4"].map((gateway) => [gateway, "n1"]),
  );
  readonly applied: string[] = [];
  readonly #chance: () => number;
  readonly #inCall = new Set<string>();

  constructor(chance: () => number) {
    this.#chance = chance;
  }

  move(gateway: string, owner: number): void {
    if (owner <= 3) this.owners.set(gateway, owner > 0 ? `n${owner}` : undefined);
  }

  async ingest(owner: string, messages: readonly UpMessage[]): Promise<IngestOutcome[]> {
    const gateways = [...new Set(messages.map(({ gatewayId }) => gatewayId))];
    expect(gateways.filter((gateway) => this.#inCall.has(gateway))).toEqual([]);
    for (const gateway of gateways) this.#inCall.add(gateway);
    try {
      return await this.#apply(owner, messages);
    } finally {
      for (const gateway of gateways) this.#inCall.delete(gateway);
    }
  }

  async #apply(owner: string, messages: readonly UpMessage[]): Promise<IngestOutcome[]> {
    await new Promise((resolve) => setTimeout(resolve, this.#chance()));
    if (this.#chance() === 0) throw new Error("lost on the way");
    const outcomes = messages.map((message) => this.#outcomeOf(owner, message));
    if (this.#chance() === 0) throw new Error("lost on the way back");
    return outcomes;
  }

  #outcomeOf(owner: string, { gatewayId, payload }: UpMessage): IngestOutcome {
    if (this.owners.get(gatewayId) !== owner) return refused("NOT_OWNER");
    if (this.#chance() < 3) return refused("OVERLOADED");
    this.applied.push(Buffer.from(payload).toString());
    return this.#chance() === 0 ? refused("INVALID_ARGUMENT") : ok;
  }
}

function lastTimes(texts: readonly string[]): string[] {
  return [...new Set(texts.toReversed())].reverse();
}
