import { readFileSync } from "node:fs";

const EVERY_MS = 200;
const PAGE_BYTES = 4096;

/** The resident memory of processes, watched while something goes on. */
export class MemoryWatch {
  readonly #pids: readonly number[];
  readonly #timer: NodeJS.Timeout;
  /** Bytes, of the largest of them. */
  readonly before: number;
  peak: number;

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.before = this.now();
    this.peak = this.before;
    this.#timer = setInterval(() => {
      this.peak = Math.max(this.peak, this.now());
    }, EVERY_MS);
  }

  now(): number {
    return Math.max(...this.#pids.map(residentBytes));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function residentBytes(pid: number): number {
  const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ");
  return Number(pages) * PAGE_BYTES;
}
