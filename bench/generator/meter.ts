import { cpuSeconds, machineCpuSeconds } from "../process-table.ts";
import type { GeneratorCalls, LoadResult } from "./commands.ts";

type Pids = Pick<GeneratorCalls["fixedRate"]["params"], "serverPids" | "harnessPids" | "idlePids">;

/** Takes time, completions and CPU at once, at the start and at the end of the measured interval. */
export class Meter {
  readonly #pids: Pids;
  readonly #completed: () => number;
  readonly #start: Sample;

  constructor(pids: Pids, completed: () => number) {
    this.#pids = pids;
    this.#completed = completed;
    this.#start = this.#sample();
  }

  read(): LoadResult {
    const end = this.#sample();
    const server = end.server - this.#start.server;
    const generator = end.generator - this.#start.generator;
    const foreign = end.machine - this.#start.machine - server - generator - (end.idle - this.#start.idle);
    return {
      seconds: (end.atMs - this.#start.atMs) / 1000,
      completed: end.completed - this.#start.completed,
      cpuSeconds: { server, generator, foreign: Math.max(0, foreign) },
    };
  }

  #sample(): Sample {
    const { serverPids, harnessPids = [], idlePids = [] } = this.#pids;
    return {
      atMs: performance.now(),
      completed: this.#completed(),
      server: cpuSeconds(serverPids),
      generator: cpuSeconds([process.pid, ...harnessPids]),
      idle: cpuSeconds(idlePids),
      machine: machineCpuSeconds(),
    };
  }
}

type Sample = {
  atMs: number;
  completed: number;
  server: number;
  generator: number;
  idle: number;
  machine: number;
};
