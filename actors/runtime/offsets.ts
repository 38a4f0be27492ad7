import type { Offset } from "./bus-store.ts";
import { placeKey } from "./partition-map.ts";

type Entry = { offset: Offset; isSaved: boolean };

/** How far one group is, per partition, and what of that is not saved yet. */
export class Offsets {
  readonly #entries: Map<string, Entry>;

  constructor(saved: readonly Offset[]) {
    this.#entries = new Map(saved.map((offset) => [placeKey(offset), { offset, isSaved: true }]));
  }

  /** Has the group handled this row? */
  covers(row: Offset): boolean {
    const entry = this.#entries.get(placeKey(row));
    return entry !== undefined && row.pos <= entry.offset.pos;
  }

  /** The group is done with this row; those of an earlier position change nothing. */
  advance({ type, partition, pos }: Offset): void {
    const key = placeKey({ type, partition });
    const known = this.#entries.get(key);
    if (known && known.offset.pos >= pos) return;
    this.#entries.set(key, { offset: { type, partition, pos }, isSaved: false });
  }

  /** Saves what has changed. */
  async save(write: (offsets: readonly Offset[]) => Promise<void>): Promise<void> {
    const changed = [...this.#entries.values()].filter(({ isSaved }) => !isSaved);
    if (changed.length === 0) return;
    await write(changed.map(({ offset }) => offset));
    for (const entry of changed) entry.isSaved = true;
  }
}
