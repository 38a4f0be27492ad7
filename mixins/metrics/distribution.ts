/** Values by size, in plain numbers: to observe one costs a few comparisons. */
export class Distribution {
  readonly bounds: readonly number[];
  /** Of each bucket alone; the last one has what is above all bounds. */
  readonly counts: number[];
  sum = 0;

  /** `bounds`: upper ones, growing. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.bounds.length && value > (this.bounds[at] ?? 0)) at += 1;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += value;
  }
}

/** Seconds: from what stays within a process to the longest call. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** How many of something. */
export const NUMBERS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
