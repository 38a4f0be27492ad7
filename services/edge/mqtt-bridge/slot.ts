import type { MqttClient } from "mqtt";
import type { ClaimedPartition, Log, PartitionRef } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { RedialDelay } from "./redial-delay.ts";
import type { BridgeSettings } from "./settings.ts";
import { type Arrival, SlotConnection } from "./slot-connection.ts";

type SlotOptions = {
  readonly dial: (clientId: string) => MqttClient;
  readonly prefix: string;
  readonly settings: BridgeSettings;
  readonly counters: Counters;
  readonly log: Log;
  readonly receive: (arrival: Arrival) => void;
  readonly mayRead: () => boolean;
  /** A connection has ended with messages that are not acknowledged. */
  readonly onLost: () => void;
};

/** A slot that this node holds: connected as its client, again and again, for as long as it is held. */
export class Slot {
  readonly ref: PartitionRef;
  readonly #clientId: string;
  readonly #filters: readonly string[];
  readonly #options: SlotOptions;
  readonly #delay: RedialDelay;
  #connection: SlotConnection | undefined;
  #redial: NodeJS.Timeout | undefined;
  #subscribeTime = 0;
  #isGivenBack = false;
  #problem: string | undefined = "it is not connected yet";

  constructor({ type, partition, epoch }: ClaimedPartition, options: SlotOptions) {
    const { prefix, settings } = options;
    this.ref = { type, partition, epoch };
    this.#clientId = `${prefix}ing-${partition}`;
    this.#filters = ["up", "res"].map((branch) => `$share/${prefix}ing/gw/+/${branch}/#`);
    this.#options = options;
    this.#delay = new RedialDelay(settings);
  }

  /** Why it gets no messages now; undefined when it does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get unacknowledged(): number {
    return this.#connection?.unacknowledged ?? 0;
  }

  connect(): void {
    const { dial, settings, counters, receive, mayRead } = this.#options;
    this.#connection = new SlotConnection({
      client: dial(this.#clientId),
      filters: this.#filters,
      settings,
      counters,
      receive,
      mayRead,
      onSubscribed: () => this.#subscribed(),
      onEnded: (problem) => this.#ended(problem),
    });
  }

  resume(): void {
    this.#connection?.resume();
  }

  async surrender(): Promise<void> {
    this.#giveBack();
    await this.#connection?.surrender();
    this.#options.onLost();
  }

  drop(): void {
    this.#giveBack();
    this.#connection?.drop();
    this.#options.onLost();
  }

  /** Whoever holds the slot next must not be thrown out of its connection by us. */
  #giveBack(): void {
    this.#isGivenBack = true;
    clearTimeout(this.#redial);
  }

  #subscribed(): void {
    this.#problem = undefined;
    this.#subscribeTime = performance.now();
    this.#options.log.info("a slot of the bridge is connected", { "messaging.client.id": this.#clientId });
  }

  #ended(problem: string): void {
    const wasUp = this.#problem === undefined;
    // A broker that is away is told of once, not with each try.
    if (problem !== this.#problem)
      this.#options.log.warn("a slot of the bridge has no connection", {
        "messaging.client.id": this.#clientId,
        error: problem,
      });
    this.#problem = problem;
    this.#options.onLost();
    if (this.#isGivenBack) return;
    const upMs = wasUp ? performance.now() - this.#subscribeTime : 0;
    this.#redial = setTimeout(() => this.connect(), this.#delay.next(upMs));
  }
}
