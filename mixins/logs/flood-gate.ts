/** Writes a line, and how many like it were left out before. */
type Write = (suppressed: number) => void;
type Kind = { lines: number; suppressed: number; last: Write };

export const LINES = 10;
export const WINDOW_MS = 10_000;
/** More kinds than this in a window share one limit: whoever writes ids into messages gains nothing by it. */
const MAX_KINDS = 1000;
const OTHERS = "others";

/** At most some lines of a kind in ten seconds; at their end the last one that was left out, with the number of them. */
export class FloodGate {
  readonly #kinds = new Map<string, Kind>();

  pass(name: string, write: Write): void {
    const kind = this.#kinds.get(name) ?? this.#open(name, write);
    kind.lines += 1;
    if (kind.lines <= LINES) return write(0);
    kind.suppressed += 1;
    kind.last = write;
  }

  /** Tells now what was left out. */
  flush(): void {
    for (const [name, kind] of this.#kinds) this.#close(name, kind);
  }

  #open(name: string, last: Write): Kind {
    if (this.#kinds.size >= MAX_KINDS && name !== OTHERS)
      return this.#kinds.get(OTHERS) ?? this.#open(OTHERS, last);
    const kind = { lines: 0, suppressed: 0, last };
    this.#kinds.set(name, kind);
    setTimeout(() => this.#close(name, kind), WINDOW_MS).unref();
    return kind;
  }

  #close(name: string, { suppressed, last }: Kind): void {
    this.#kinds.delete(name);
    if (suppressed > 0) last(suppressed);
  }
}
