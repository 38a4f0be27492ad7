import { Session } from "node:inspector/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { NodeProfile, ProfileKind, ProfileReason } from "../../../actors/contracts/node-profiles.ts";
import type { Clock } from "../../../actors/runtime/ports.ts";
import type { ProfileFiles } from "./profile-files.ts";

type ProfilerOptions = {
  readonly nodeId: string;
  readonly files: Pick<ProfileFiles, "add">;
  readonly clock: Clock;
};
type Capture = { readonly kind: ProfileKind; readonly reason: ProfileReason; readonly seconds: number };

/** A profile of a minute has no more of them than one of twenty seconds. */
const MAX_SAMPLES = 20_000;
const SAMPLE_US = 1000;
/** Of allocated bytes one in so many is looked at: on average, and by chance. */
const HEAP_SAMPLE_BYTES = 128 * 1024;

/**
 * Profiles the main thread of this process, one profile at a time. Never with a snapshot of the heap, which stops the
 * process and takes as much memory again.
 */
export class Profiler {
  readonly #options: ProfilerOptions;
  readonly #stopping = new AbortController();
  /** Epoch milliseconds; undefined: nothing runs. */
  #until: number | undefined;

  constructor(options: ProfilerOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#until !== undefined;
  }

  /** Throws CAPTURE_RUNNING, PROFILES_UNAVAILABLE, SHUTTING_DOWN. */
  async capture({ kind, reason, seconds }: Capture): Promise<NodeProfile> {
    const { nodeId, files, clock } = this.#options;
    const time = clock();
    if (this.#until !== undefined) throw running(nodeId, this.#until - time);
    this.#until = time + seconds * 1000;
    try {
      const profile = await this.#record(kind, seconds);
      return await files.add({ time, kind, reason, nodeId }, Buffer.from(JSON.stringify(profile)));
    } finally {
      this.#until = undefined;
    }
  }

  /** What runs is given up. */
  stop(): void {
    this.#stopping.abort();
  }

  async #record(kind: ProfileKind, seconds: number): Promise<object> {
    const session = new Session();
    session.connect();
    try {
      return await RECORDERS[kind](session, seconds, () => this.#wait(seconds));
    } finally {
      session.disconnect();
    }
  }

  async #wait(seconds: number): Promise<void> {
    const { signal } = this.#stopping;
    await sleep(seconds * 1000, undefined, { signal, ref: false }).catch(() => {
      throw new DomainError("SHUTTING_DOWN");
    });
  }
}

type Recorder = (session: Session, seconds: number, wait: () => Promise<void>) => Promise<object>;

const RECORDERS: Readonly<Record<ProfileKind, Recorder>> = {
  async CPU(session, seconds, wait) {
    const interval = Math.max(SAMPLE_US, Math.ceil((seconds * 1_000_000) / MAX_SAMPLES));
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval });
    await session.post("Profiler.start");
    await wait();
    return (await session.post("Profiler.stop")).profile;
  },
  async HEAP(session, _seconds, wait) {
    await session.post("HeapProfiler.startSampling", { samplingInterval: HEAP_SAMPLE_BYTES });
    await wait();
    return (await session.post("HeapProfiler.stopSampling")).profile;
  },
};

function running(nodeId: string, leftMs: number): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1000));
  return new DomainError("CAPTURE_RUNNING", { nodeId, retryAfterSeconds });
}
