import type { CommitRow, Consumer, DeliveredRow, Delivery } from "../../actors/runtime/ports.ts";

/** A committed row with one change of about `bytes`; pos and partition can be told from it. */
export function committedRow(partition: number, pos: number, bytes = 10): CommitRow {
  return { type: "counter", partition, pos, epoch: 1, changes: [changeOf(`a${pos}`, bytes)] };
}

export function changeOf(actorId: string, bytes: number): CommitRow["changes"][number] {
  return { actorId, time: 1000, events: [{ type: "noted", text: "x".repeat(bytes) }] };
}

/** A group that writes down what it was given. */
export class RecordingConsumer implements Consumer {
  readonly group: string;
  readonly fromOldest: boolean;
  readonly skipsRoutine: boolean;
  /** What it has handled, in that order. */
  readonly rows: DeliveredRow[] = [];
  readonly sequences: number[] = [];
  /** How often it was handed something. */
  calls = 0;
  /** Work to do before a delivery counts as handled; failing it fails the delivery. */
  before: (delivery: Delivery) => Promise<void> | void = () => undefined;
  #running = 0;
  mostAtOnce = 0;

  constructor(group: string, { fromOldest = false, skipsRoutine = false } = {}) {
    this.group = group;
    this.fromOldest = fromOldest;
    this.skipsRoutine = skipsRoutine;
  }

  readonly handle = async (delivery: Delivery): Promise<void> => {
    this.calls += 1;
    this.#running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running);
    try {
      await this.before(delivery);
      this.rows.push(...delivery.rows);
      this.sequences.push(delivery.sequence);
    } finally {
      this.#running -= 1;
    }
  };

  positions(partition = 0): number[] {
    return this.rows.filter((row) => row.partition === partition).map(({ pos }) => pos);
  }
}
