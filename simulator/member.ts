import { GatewayClient } from "./gateway-client.ts";
import type { Options } from "./options.ts";
import { Random, seedFor } from "./random.ts";
import type { Credentials } from "./rest-client.ts";
import { type Beat, type Drop, drawBoot, gatewayScenario, heartbeats, type Sample } from "./scenario.ts";

const SPOOL_LIMIT = 100;

/** A gateway and what its seed makes happen to it. */
export class Member {
  readonly gateway: GatewayClient;
  /** Version of the desired section that the last answered PATCH spoke of. */
  patchedVersion = 0;
  readonly #scenario: Iterator<Sample | Drop, void>;
  #next: Sample | Drop | undefined;
  readonly #beats: Iterator<Beat, void>;
  #nextBeat: Beat | undefined;
  #bornAt: number | undefined;

  constructor(options: Options, index: number, credentials: Credentials) {
    const seed = seedFor(options.seed, index);
    const random = new Random(seed);
    const replays = options.replay !== undefined;
    this.gateway = new GatewayClient({
      mqttUrl: () => options.mqttUrl,
      credentials,
      boot: drawBoot(random),
      counted: !replays,
      // Failed connects must not move the scenario, so their jitter has its own numbers.
      jitter: new Random(seedFor(seed, 0)),
    });
    const rates = { samplesPerSecond: replays ? 0 : options.rate, dropsPerMinute: options.dropRate };
    this.#scenario = gatewayScenario(random, rates);
    // Numbers of their own: the rest of a scenario is the same with and without heartbeats.
    this.#beats = heartbeats(new Random(seedFor(seed, 1)), options.heartbeat);
    this.#nextBeat = this.#beats.next().value ?? undefined;
    this.#advance();
  }

  /** Lets everything happen that is due; the first call is the zero of its time. */
  live(now: number): void {
    this.#bornAt ??= now;
    for (; this.#next && this.#bornAt + this.#next.at <= now; this.#advance()) {
      if (this.#next.type === "drop") this.gateway.drop(now, this.#next.downMs, this.#next.boot);
      else this.#sample(this.#next, now);
    }
    if (!this.#nextBeat || this.#bornAt + this.#nextBeat.at > now) return;
    this.gateway.apply({ type: "beaten", board: this.#nextBeat.board });
    this.#nextBeat = this.#beats.next().value ?? undefined;
  }

  /** A gateway whose spool is full samples no more, so a long outage costs bounded memory. */
  #sample({ state }: Sample, now: number): void {
    if (this.gateway.model.spool.length >= SPOOL_LIMIT) return;
    this.gateway.apply({ type: "sampled", state, now });
  }

  #advance(): void {
    this.#next = this.#scenario.next().value ?? undefined;
  }
}
