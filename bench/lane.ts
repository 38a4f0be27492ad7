import { type Child, forkModule, ourPids } from "./children.ts";
import type { CreditSource, GeneratorCalls, LatencyResult, LoadResult } from "./generator/commands.ts";
import { cpuSeconds } from "./process-table.ts";
import { type Idle, settled } from "./settle.ts";
import type { RunningVariant, Variant } from "./variants/variant.ts";
import { type Verification, verifyTwins } from "./verify.ts";

const IDLE: Idle = { share: 0.12, limitMs: 4_000 };

/** How a variant is loaded where it can be in several ways. */
export type LoadOptions = { creditsFrom: CreditSource; isNumbered: boolean };

/** A running variant with its own, connected load generator; it stays up over all rounds. */
export class Lane {
  readonly variant: Variant;
  readonly running: RunningVariant;
  readonly #generator: Child<GeneratorCalls>;

  private constructor(variant: Variant, running: RunningVariant, generator: Child<GeneratorCalls>) {
    this.variant = variant;
    this.running = running;
    this.#generator = generator;
  }

  static async open(variant: Variant): Promise<Lane> {
    const running = await variant.start();
    const generator = forkModule<GeneratorCalls>("./generator/main.ts", `generator of ${variant.title}`);
    const lane = new Lane(variant, running, generator);
    try {
      await lane.#connect();
    } catch (error) {
      await lane.close();
      throw error;
    }
    return lane;
  }

  async closedLoop(warmMs: number, measureMs: number, options?: LoadOptions): Promise<LoadResult> {
    const { inFlight, creditsFrom } = this.variant;
    const params = { warmMs, measureMs, inFlight, creditsFrom, isNumbered: true, ...options, ...this.#pids };
    const { serverCpuAtEnd, totalSent, ...result } = await this.#generator.peer.call("closedLoop", params);
    await this.settled();
    const deferred = cpuSeconds(params.serverPids) - serverCpuAtEnd;
    return { ...result, deferredCpu: (100_000 * deferred) / totalSent };
  }

  async fixedRate(ratePerSecond: number, warmMs: number, measureMs: number): Promise<LatencyResult> {
    const params = { warmMs, measureMs, ratePerSecond, ...this.#pids };
    const result = await this.#generator.peer.call("fixedRate", params);
    await this.settled();
    return result;
  }

  /** A fixed rate under which servers may end: their CPU is not asked for. */
  async storm(ratePerSecond: number, forMs: number): Promise<LatencyResult> {
    const params = { warmMs: 0, measureMs: forMs, ratePerSecond, serverPids: [] };
    return this.#generator.peer.call("fixedRate", params);
  }

  settled(): Promise<boolean> {
    return settled(() => this.running.serverPids, this.variant.idle ?? IDLE);
  }

  /** Nothing to check where nothing is stored. */
  async verify(): Promise<Verification | undefined> {
    if (this.running.readTwins === undefined) return undefined;
    const counts = await this.#generator.peer.call("sentPerGateway", null);
    const expected = this.running.gateways.map(({ gatewayId }, index) => ({
      gatewayId,
      messages: counts[index] ?? 0,
    }));
    return verifyTwins(expected, await this.running.readTwins());
  }

  async close(): Promise<void> {
    await this.#generator.stop();
    await this.running.stop();
  }

  /** Who uses what: all that the bench started and that is not of this variant just stands by. */
  get #pids() {
    const { serverPids, harnessPids = [] } = this.running;
    const taken = [this.#generator.pid, ...serverPids, ...harnessPids];
    const idlePids = ourPids().filter((pid) => !taken.includes(pid));
    return { serverPids, harnessPids: [process.pid, ...harnessPids], idlePids };
  }

  async #connect(): Promise<void> {
    const { port, gateways } = this.running;
    const { window, wantsAcks = false } = this.variant;
    await this.#generator.peer.call("connect", { port, gateways, window, wantsAcks });
    this.running.onCompleted?.((count) => this.#generator.peer.tell("credits", { count }));
    await this.settled();
  }
}
