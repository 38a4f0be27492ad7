import { cpuSeconds, machineCpuSeconds } from "../process-table.ts";
import type { LoadResult } from "./commands.ts";

/** Takes time, completions and CPU at once, at the start and at the end of the measured interval. */
export class Meter {
  readonly #serverPids: readonly number[];
  readonly #completed: () => number;
  readonly #start: Sample;

  constructor(serverPids: readonly number[], completed: () => number) {
    this.#serverPids = serverPids;
    this.#completed = completed;
    this.#start = this.#sample();
  }

  read(): LoadResult {
    const end = this.#sample();
    const server = end.server - this.#start.server;
    const generator = end.generator - this.#start.generator;
    const machine = end.machine - this.#start.machine;
    return {
      seconds: (end.atMs - this.#start.atMs) / 1000,
      completed: end.completed - this.#start.completed,
      cpuSeconds: { server, generator, foreign: Math.max(0, machine - server - generator) },
    };
  }

  #sample(): Sample {
    return {
      atMs: performance.now(),
      completed: this.#completed(),
      server: cpuSeconds(this.#serverPids),
      generator: cpuSeconds([process.pid]),
      machine: machineCpuSeconds(),
    };
  }
}

type Sample = { atMs: number; completed: number; server: number; generator: number; machine: number };
