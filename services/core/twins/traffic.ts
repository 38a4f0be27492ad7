import type { Traffic } from "../../../actors/contracts/config.ts";
import type { DownMessage } from "../../../actors/contracts/edge.ts";
import type { UpMessage } from "../../../actors/contracts/twins.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import { settledWithin } from "../../../actors/runtime/settled-within.ts";
import { exactBytes } from "../../../actors/twin/document-limits.ts";
import type { TwinState } from "../../../actors/twin/state.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import type { IngestOutcome } from "./ingest.ts";

const FLUSH_MS = 10_000;
const DEFAULT_MAX_GATEWAYS = 200_000;
const BATCH = 500;
const TIMEOUT_MS = 3000;
/** For the last word before the node stops. */
const STOP_MS = 2000;

type Bytes = { readonly sent: number; readonly saved: number };

type TrafficOptions = {
  readonly caller: Caller;
  readonly counters: Counters;
  readonly log: Log;
  /** Whose traffic is kept until it has been told. */
  readonly maxGateways?: number;
};

/**
 * What configuration costs the gateways' links: payload bytes of desired values, told to the config service now and
 * then. A word that got lost on its way back is told again, and counted twice: these are figures for people.
 */
export class TrafficCount {
  readonly #options: TrafficOptions;
  readonly #flushing: Repeated;
  readonly #bytes = new Map<string, Bytes>();

  constructor(options: TrafficOptions) {
    this.#options = options;
    const { log } = options;
    this.#flushing = new Repeated({ everyMs: FLUSH_MS, log, work: () => this.#flush() });
  }

  start(): void {
    this.#flushing.run();
  }

  async stop(): Promise<void> {
    await this.#flushing.stop();
    await settledWithin(STOP_MS, this.#flush());
  }

  /** An edge has taken these. */
  delivered(messages: readonly DownMessage[]): void {
    for (const { gatewayId, topic, payload } of messages) {
      if (isDesired(topic)) this.#add(gatewayId, Buffer.byteLength(payload), 0);
    }
  }

  /** An edge gets these outcomes of its messages. `stateOf` gives the twin as it is now, if it is at hand. */
  answered(
    messages: readonly UpMessage[],
    outcomes: readonly IngestOutcome[],
    stateOf: (gatewayId: string) => TwinState | undefined,
  ): void {
    for (const [index, { gatewayId, kind }] of messages.entries()) {
      const outcome = outcomes[index];
      if (!outcome?.ok) continue;
      const sent = bytesOf(outcome);
      const saved = kind === "hello" ? Math.max(0, fullBytes(stateOf(gatewayId)) - sent) : 0;
      if (sent > 0 || saved > 0) this.#add(gatewayId, sent, saved);
    }
  }

  #add(gatewayId: string, sent: number, saved: number): void {
    const known = this.#bytes.get(gatewayId);
    const { maxGateways = DEFAULT_MAX_GATEWAYS } = this.#options;
    if (!known && this.#bytes.size >= maxGateways) return this.#count("gateway_twin.traffic.dropped.total");
    this.#bytes.set(gatewayId, { sent: (known?.sent ?? 0) + sent, saved: (known?.saved ?? 0) + saved });
  }

  /** Up to the first failure: what is left waits for the next time. */
  async #flush(): Promise<void> {
    const traffic = Array.from(this.#bytes, ([gatewayId, bytes]) => ({ gatewayId, ...bytes }));
    for (let at = 0; at < traffic.length; at += BATCH) {
      if (!(await this.#tell(traffic.slice(at, at + BATCH)))) return;
    }
  }

  async #tell(traffic: readonly Traffic[]): Promise<boolean> {
    try {
      await call(this.#options.caller, "config.countTraffic", { traffic }, { timeout: TIMEOUT_MS });
    } catch {
      this.#count("gateway_twin.traffic.flushes.failed.total");
      return false;
    }
    for (const told of traffic) this.#subtract(told);
    return true;
  }

  /** More may have come while it was told. */
  #subtract({ gatewayId, sent, saved }: Traffic): void {
    const known = this.#bytes.get(gatewayId);
    if (!known) return;
    const left = { sent: known.sent - sent, saved: known.saved - saved };
    if (left.sent > 0 || left.saved > 0) this.#bytes.set(gatewayId, left);
    else this.#bytes.delete(gatewayId);
  }

  #count(name: string): void {
    this.#options.counters.count(name);
  }
}

function isDesired(topic: string): boolean {
  return topic === "delta" || topic === "desired";
}

function bytesOf({ reply = [] }: Extract<IngestOutcome, { readonly ok: true }>): number {
  let sum = 0;
  for (const { topic, payload } of reply) if (isDesired(topic)) sum += Buffer.byteLength(payload);
  return sum;
}

/** Of the desired document; 0 when there never was one. */
function fullBytes(state: TwinState | undefined): number {
  return state && state.desired.version > 0 ? exactBytes(state.desired.state) : 0;
}
