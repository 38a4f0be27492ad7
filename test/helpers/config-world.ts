import { configActor } from "../../actors/config/config.ts";
import type { ConfigCommand } from "../../actors/config/contract.ts";
import { type ConfigState, EMPTY_CONFIG, phaseOf } from "../../actors/config/state.ts";
import type { JsonObject } from "../../actors/contracts/json.ts";
import type { DeliveredRow } from "../../actors/runtime/ports.ts";
import type { TwinCommand, TwinReply } from "../../actors/twin/contract.ts";
import { EMPTY_TWIN, type TwinState } from "../../actors/twin/state.ts";
import { syncOf } from "../../actors/twin/sync.ts";
import { commandsOf } from "../../services/core/config/words.ts";
import { step } from "./twin-builders.ts";

const GATEWAY = "gw-1";
const config = configActor();

type Down = { readonly topic: string; readonly payload: unknown };

/** One gateway's twin and config actor, the bus between them, and a way to the gateway; time passes when it is told to. */
export class ConfigWorld {
  now = 1_000_000;
  twin: TwinState = EMPTY_TWIN;
  config: ConfigState = EMPTY_CONFIG;
  isOnline = false;
  /** On its way to the gateway. */
  down: Down[] = [];
  /** Deliveries of the config actor while the twin was in sync, and this was known to it; nobody had asked for them. */
  needless = 0;
  deliveries = 0;
  readonly #rows: DeliveredRow[] = [];
  #handled = 0;
  #pos = 0;

  get isSynced(): boolean {
    return syncOf(this.twin).state === "synced";
  }

  get phase() {
    return phaseOf(this.config);
  }

  get waitingRows(): number {
    return this.#rows.length - this.#handled;
  }

  /** A message to the twin; what it tells its gateway is on the way at once. */
  tellTwin(command: TwinCommand): void {
    const { state, events = [], downlinks = [], reply } = step(this.twin, command, this.now);
    this.twin = state;
    if (events.length > 0) this.#commit("twin", events);
    if (this.isOnline) this.down.push(...downlinks, ...answersOf(command, reply));
  }

  connect(hello: { readonly boot: string; readonly desiredVersion?: number }): void {
    this.isOnline = true;
    this.#commit("presence", [{ type: "presence.changed", from: "OFFLINE", to: "ONLINE", reason: "" }]);
    this.tellTwin({ name: "hello", params: hello });
  }

  disconnect(): void {
    this.isOnline = false;
    this.down = [];
    this.#commit("presence", [{ type: "presence.changed", from: "SUSPECT", to: "OFFLINE", reason: "" }]);
  }

  /** The config actor hears of at most so many rows that it has not heard of. */
  hear(count = Number.POSITIVE_INFINITY): void {
    const rows = this.#rows.slice(this.#handled, this.#handled + count);
    this.#handled += rows.length;
    this.#follow(rows);
  }

  /** The last rows come once more, as after a crash. */
  hearAgain(count: number): void {
    this.#follow(this.#rows.slice(Math.max(0, this.#handled - count), this.#handled));
  }

  resync(): void {
    this.#tellConfig({ name: "resync", params: { by: "ann" } });
  }

  /** The config service is not there when a timer is due: it fires later, once. */
  sleep(ms: number): void {
    this.now += ms;
  }

  elapse(ms: number): void {
    const end = this.now + ms;
    for (let at = this.config.nextAttemptTime; at !== null && at <= end; at = this.config.nextAttemptTime) {
      this.now = Math.max(this.now, at);
      this.#tellConfig({ name: "attemptDue", params: {} });
    }
    this.now = end;
  }

  #follow(rows: readonly DeliveredRow[]): void {
    for (const { command } of commandsOf(rows)) this.#tellConfig(command);
  }

  #tellConfig(command: ConfigCommand): void {
    const context = { actorId: GATEWAY, now: this.now };
    const { wantsFull } = this.config;
    const { events = [], downlinks = [] } = config.decide(this.config, command, context);
    this.config = events.reduce((state, event) => config.evolve(state, event, context), this.config);
    this.config = config.unpack(JSON.parse(JSON.stringify(config.pack(this.config))));
    this.deliveries += downlinks.length;
    const isAsked = wantsFull || command.name === "resync";
    if (this.isSynced && this.waitingRows === 0 && !isAsked) this.needless += downlinks.length;
    for (const { topic } of downlinks)
      this.tellTwin({ name: "sendDesired", params: { full: topic === "desired" } });
  }

  #commit(type: string, events: readonly object[]): void {
    this.#pos += 1;
    const changes = [{ actorId: GATEWAY, time: this.now, events }];
    this.#rows.push({ type, partition: 0, pos: this.#pos, epoch: 1, first: 0, changes });
  }
}

/** What gateways ask is answered with a list; people get views. */
function answersOf({ name }: TwinCommand, reply: TwinReply | undefined): readonly Down[] {
  if (name !== "hello" && name !== "reportState") return [];
  return (Array.isArray(reply) ? reply : []).filter(({ topic }: Down) => topic !== "ack");
}

/** The desired values that a message brings. */
export function valuesOf({ payload }: Down): JsonObject {
  return (payload as { readonly state: JsonObject }).state;
}

export function versionOf({ payload }: Down): number {
  return (payload as { readonly version: number }).version;
}
