import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** What a cell of either database may be; numbers of 64 bits are bigint, or text. */
export type Cell = string | number | bigint | Buffer | null;
export type Row = readonly Cell[];

/** Number and checksum of rows, whatever order they come in. */
export class Tally {
  rows = 0;
  #sum = 0n;
  readonly #jsonColumns: ReadonlySet<number>;

  /** `jsonColumns`: indexes of what a database may write in another way. */
  constructor(jsonColumns: ReadonlySet<number>) {
    this.#jsonColumns = jsonColumns;
  }

  add(row: Row): void {
    const hash = createHash("sha256");
    for (const [index, cell] of row.entries()) {
      const text = this.#textOf(cell, this.#jsonColumns.has(index));
      hash.update(`${text.length}:${text}`);
    }
    this.#sum = BigInt.asUintN(64, this.#sum + hash.digest().readBigUInt64BE());
    this.rows += 1;
  }

  get checksum(): string {
    return this.#sum.toString(16);
  }

  #textOf(cell: Cell, isJson: boolean): string {
    if (cell === null) return "null";
    if (Buffer.isBuffer(cell)) return `bytes ${cell.toString("hex")}`;
    if (isJson) return canonicalize(JSON.parse(String(cell))) ?? "";
    return String(cell);
  }
}

/** Roughly, as text of a statement. */
export function sizeOf(row: Row): number {
  return row.reduce<number>((sum, cell) => sum + cellSize(cell), 0);
}

function cellSize(cell: Cell): number {
  if (Buffer.isBuffer(cell)) return cell.length * 2;
  return typeof cell === "string" ? cell.length : 20;
}
