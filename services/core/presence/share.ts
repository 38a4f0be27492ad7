import { partitionOf } from "../../../actors/runtime/partition-map.ts";
import type { PartitionRef } from "../../../actors/runtime/ports.ts";

/** What a gateway has told that is not in the table yet; the board as text. */
export type Told = { readonly board?: string; readonly firmware?: string };

/**
 * What is kept of a gateway. There are a million of these: small integers only, and nothing that the table has.
 * Times are in ticks, see `Ticks`.
 */
export class Vital {
  /** When the gateway was last heard. */
  heard: number;
  /** When somebody last said that it is there. */
  vouched: number;
  /** Hash of the connection that its actor was last told of; 0: none that counts any more. */
  session = 0;
  told: Told | undefined;

  constructor(heard: number, vouched: number) {
    this.heard = heard;
    this.vouched = vouched;
  }
}

/** Times as integers that need no object of their own: tenths of a second since the start, some years of them. */
export class Ticks {
  readonly #start: number;

  constructor(start: number) {
    this.#start = start;
  }

  of(time: number): number {
    return Math.ceil((time - this.#start) / 100);
  }

  time(ticks: number): number {
    return this.#start + ticks * 100;
  }
}

/** The gateways of one owned partition. It goes with the partition: the next owner, or claim, begins with nothing. */
export class Share {
  readonly ref: PartitionRef;
  readonly vitals = new Map<string, Vital>();
  /** Those that the table does not have so, the longest waiting first. */
  readonly unsaved = new Set<string>();
  /** Characters of all boards in `vitals`. */
  boards = 0;

  constructor({ type, partition, epoch }: PartitionRef) {
    this.ref = { type, partition, epoch };
  }

  /** Replaces what the gateway has told; undefined: the table has it. */
  setTold(vital: Vital, told: Told | undefined): void {
    this.boards += (told?.board?.length ?? 0) - (vital.told?.board?.length ?? 0);
    vital.told = told;
  }

  remove(gatewayId: string): void {
    const vital = this.vitals.get(gatewayId);
    if (vital) this.setTold(vital, undefined);
    this.vitals.delete(gatewayId);
    this.unsaved.delete(gatewayId);
  }
}

/** The shares of this node, by partition. */
export class Shares {
  readonly #count: number;
  readonly #shares = new Map<number, Share>();

  constructor(partitionCount: number) {
    this.#count = partitionCount;
  }

  /** Undefined when the gateway's partition is not served here. */
  of(gatewayId: string): Share | undefined {
    return this.#shares.get(partitionOf(gatewayId, this.#count));
  }

  begin(ref: PartitionRef): void {
    this.#shares.set(ref.partition, new Share(ref));
  }

  end(partition: number): Share | undefined {
    const share = this.#shares.get(partition);
    this.#shares.delete(partition);
    return share;
  }

  [Symbol.iterator](): IterableIterator<Share> {
    return this.#shares.values();
  }
}
