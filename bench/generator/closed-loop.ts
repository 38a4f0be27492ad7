import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds } from "../process-table.ts";
import type { ClosedLoopResult, GeneratorCalls } from "./commands.ts";
import type { Fleet } from "./fleet.ts";
import { Meter } from "./meter.ts";

type Timing = Omit<GeneratorCalls["closedLoop"]["params"], "isNumbered">;

/** Keeps a fixed number of messages unconfirmed: as fast as credits come back, and no faster. */
export class ClosedLoop {
  readonly #fleet: Fleet;
  readonly #inFlight: number;
  readonly #sentBefore: number;
  #completed = 0;
  #running = false;

  constructor(fleet: Fleet, inFlight: number) {
    if (inFlight > fleet.slots) throw new Error("more in flight than the windows hold");
    this.#fleet = fleet;
    this.#inFlight = inFlight;
    this.#sentBefore = fleet.totalSent;
  }

  credit(count: number): void {
    this.#completed += count;
    this.#pump();
  }

  async run(timing: Timing): Promise<ClosedLoopResult> {
    this.#running = true;
    this.#pump();
    await sleep(timing.warmMs);
    const meter = new Meter(timing, () => this.#completed);
    await sleep(timing.measureMs);
    const result = meter.read();
    const serverCpuAtEnd = cpuSeconds(timing.serverPids);
    this.#running = false;
    await this.#fleet.drained(() => this.#sentBefore + this.#completed);
    return { ...result, serverCpuAtEnd, totalSent: this.#fleet.totalSent - this.#sentBefore };
  }

  #pump(): void {
    while (this.#running && this.#fleet.totalSent - this.#sentBefore - this.#completed < this.#inFlight) {
      if (this.#fleet.sendNext() === undefined) return;
    }
  }
}
