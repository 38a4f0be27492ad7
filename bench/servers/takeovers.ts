import type { DeliveredRow } from "../../actors/runtime/ports.ts";

/** A partition that went on under a new epoch. All times are epoch milliseconds. */
export type Takeover = {
  partition: number;
  /** The last decision of the old owner and the first of the new one; commits follow by a few milliseconds. */
  lastBefore: number;
  firstAfter: number;
  /** When the new owner's first commit was seen on the event bus. */
  seenAt: number;
};

type Reign = { first: number; last: number; seenAt: number };
type Row = Pick<DeliveredRow, "type" | "partition" | "epoch" | "changes">;

/** Puts rows together that may come late: an owner publishes what it has committed also after it gave it away. */
export class Takeovers {
  readonly #partitions = new Map<number, Map<number, Reign>>();

  add({ type, partition, epoch, changes }: Row, seenAt: number): void {
    const [first, last] = [changes[0]?.time, changes.at(-1)?.time];
    if (type !== "twin" || first === undefined || last === undefined) return;
    const reigns = this.#partitions.get(partition) ?? new Map<number, Reign>();
    const known = reigns.get(epoch) ?? { first, last, seenAt };
    this.#partitions.set(partition, reigns);
    reigns.set(epoch, {
      first: Math.min(known.first, first),
      last: Math.max(known.last, last),
      seenAt: Math.min(known.seenAt, seenAt),
    });
  }

  found(): Takeover[] {
    return [...this.#partitions].flatMap(([partition, reigns]) => {
      const inOrder = [...reigns].sort(([one], [other]) => one - other).map(([, reign]) => reign);
      return inOrder.slice(1).map((after, index) => ({
        partition,
        lastBefore: inOrder[index]?.last ?? Number.NaN,
        firstAfter: after.first,
        seenAt: after.seenAt,
      }));
    });
  }
}
