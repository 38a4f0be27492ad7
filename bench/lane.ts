import { setTimeout as sleep } from "node:timers/promises";
import { type Child, forkModule } from "./children.ts";
import type { GeneratorCalls, LatencyResult, LoadResult } from "./generator/commands.ts";
import { cpuSeconds } from "./process-table.ts";
import type { RunningVariant, Variant } from "./variants/variant.ts";
import { type Verification, verifyTwins } from "./verify.ts";

const SETTLE_STEP_MS = 250;
const SETTLE_STEPS = 16;
const IDLE_CPU_SECONDS = 0.03;

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

  async closedLoop(warmMs: number, measureMs: number): Promise<LoadResult> {
    const { inFlight, creditsFrom } = this.variant;
    const { serverPids } = this.running;
    const params = { warmMs, measureMs, serverPids, inFlight, creditsFrom };
    const result = await this.#generator.peer.call("closedLoop", params);
    await this.#settled();
    return result;
  }

  async fixedRate(ratePerSecond: number, warmMs: number, measureMs: number): Promise<LatencyResult> {
    const { serverPids } = this.running;
    const params = { warmMs, measureMs, serverPids, ratePerSecond };
    const result = await this.#generator.peer.call("fixedRate", params);
    await this.#settled();
    return result;
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

  async #connect(): Promise<void> {
    const { port, gateways } = this.running;
    await this.#generator.peer.call("connect", { port, gateways, window: this.variant.window });
    this.running.onCompleted?.((count) => this.#generator.peer.tell("credits", { count }));
    await this.#settled();
  }

  /** Work left over from a run (snapshots, say) must not disturb the next variant. */
  async #settled(): Promise<void> {
    for (let step = 0; step < SETTLE_STEPS; step++) {
      const before = cpuSeconds(this.running.serverPids);
      await sleep(SETTLE_STEP_MS);
      if (cpuSeconds(this.running.serverPids) - before < IDLE_CPU_SECONDS) return;
    }
  }
}
