import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { GatewayClient } from "./gateway-client.ts";
import { UsageError } from "./options.ts";
import { type Reading, readRecord } from "./recording.ts";

export type ReplayGateway = Pick<GatewayClient, "id" | "apply" | "room">;

const WINDOW = 16;
const MESSAGES_PER_READING = 2;
const STALL_MS = 60_000;
const MAX_NAMED = 20;

interface ReplayOptions {
  readonly file: string;
  /** 1 = as recorded, 0 = as fast as acknowledged. */
  readonly speed: number;
}

/** Plays a recording line by line; a line waits for the one before, so the order of each device is kept. */
export class Replay {
  readings = 0;
  malformed = 0;
  readonly #options: ReplayOptions;
  readonly #gatewayFor: (deviceId: string) => Promise<ReplayGateway>;
  #origin: { readonly recorded: number; readonly started: number } | undefined;

  constructor(options: ReplayOptions, gatewayFor: (deviceId: string) => Promise<ReplayGateway>) {
    this.#options = options;
    this.#gatewayFor = gatewayFor;
  }

  async play(signal: AbortSignal): Promise<void> {
    const file = await open(this.#options.file).catch((error: Error) => {
      throw new UsageError(`--replay: ${error.message}`);
    });
    try {
      let number = 0;
      for await (const line of file.readLines()) {
        signal.throwIfAborted();
        number++;
        if (line.trim() !== "") await this.#playLine(line, number, signal);
      }
    } finally {
      await file.close();
    }
  }

  async #playLine(line: string, number: number, signal: AbortSignal): Promise<void> {
    const record = readRecord(line);
    if ("problem" in record) {
      this.#skip(number, record.problem);
      return;
    }
    const gateway = await this.#gatewayFor(record.deviceId);
    await this.#untilDue(record, signal);
    if (!(await gateway.room(WINDOW - MESSAGES_PER_READING + 1, STALL_MS, signal))) {
      throw new Error(`${gateway.id} got no acknowledgement for ${STALL_MS / 1000} s, at line ${number}`);
    }
    const now = Date.now();
    gateway.apply({ type: "sampled", state: record.state, now });
    gateway.apply({ type: "measured", values: record.values, at: record.at, now });
    this.readings++;
  }

  async #untilDue({ at }: Reading, signal: AbortSignal): Promise<void> {
    this.#origin ??= { recorded: at, started: Date.now() };
    if (this.#options.speed === 0) return;
    const due = this.#origin.started + (at - this.#origin.recorded) / this.#options.speed;
    if (due > Date.now()) await delay(due - Date.now(), undefined, { signal });
  }

  #skip(number: number, problem: string): void {
    this.malformed++;
    if (this.malformed <= MAX_NAMED) console.error(`line ${number} skipped: ${problem}`);
    if (this.malformed === MAX_NAMED) console.error("further malformed lines are only counted");
  }
}
