/** The free slots in the order they became free; a slot is in it at most once, so it never overflows. */
export class SlotRing {
  readonly #slots: Int32Array;
  #head = 0;
  #size: number;

  constructor(slots: number) {
    this.#slots = Int32Array.from({ length: slots }, (_, slot) => slot);
    this.#size = slots;
  }

  get size(): number {
    return this.#size;
  }

  shift(): number | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#slots[this.#head];
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#size--;
    return slot;
  }

  push(slot: number): void {
    this.#slots[(this.#head + this.#size) % this.#slots.length] = slot;
    this.#size++;
  }
}
