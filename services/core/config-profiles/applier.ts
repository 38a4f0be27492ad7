import { DomainError } from "../../../actors/contracts/errors.ts";
import { intended, type Target, type TargetState, targetOf } from "../../../actors/profiles/targets.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import type { ProfileLayer, TwinView } from "../../../actors/twin/contract.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { batchesOf } from "./batches.ts";
import type { SyncOf, TargetTable } from "./target-table.ts";

/** What a gateway is to get, and what is known of what it has. */
export type Wanted = {
  readonly gatewayId: string;
  readonly layers: readonly ProfileLayer[];
  readonly targets: readonly Target[];
};

export type ApplierOptions = {
  readonly caller: Caller;
  readonly targets: TargetTable;
  readonly counters: Counters;
  readonly log: Log;
};

const CALLS_AT_ONCE = 4;
/** Longer than the twins look for their owners. */
const TIMEOUT_MS = 12_000;

/** Brings twins the layers that they are to have, and notes what became of it. */
export class Applier {
  readonly #options: ApplierOptions;

  constructor(options: ApplierOptions) {
    this.#options = options;
  }

  /** Rejects when something of it has to be tried again; then all of it may be. */
  async apply(all: readonly Wanted[], signal: AbortSignal): Promise<void> {
    const { targets } = this.#options;
    await targets.put(all.flatMap((one) => intended(one.gatewayId, one.layers, one.targets)));
    const batches = batchesOf(all);
    const lane = async () => {
      for (const batch of batches) {
        signal.throwIfAborted();
        await this.#lay(batch);
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: CALLS_AT_ONCE }, lane));
    const failed = lanes.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  async #lay(batch: readonly Wanted[]): Promise<void> {
    for (let rest = batch; rest.length > 0; ) {
      const gateways = rest.map(({ gatewayId, layers }) => ({ gatewayId, layers }));
      const options = { timeout: TIMEOUT_MS };
      const outcomes = await call(this.#options.caller, "twins.layProfiles", { gateways }, options);
      if (outcomes.length === 0) throw new Error("the twins did not say what became of their profiles");
      await this.#note(rest, outcomes);
      rest = rest.slice(outcomes.length);
    }
  }

  async #note(batch: readonly Wanted[], outcomes: readonly Outcome<TwinView>[]): Promise<void> {
    const { targets, counters } = this.#options;
    const failures = outcomes.map((outcome) => (outcome.ok ? undefined : DomainError.from(outcome.error)));
    const laid = batch.filter((_, index) => outcomes[index]?.ok);
    const refused = batch.filter((_, index) => failures[index]?.retryable === false);
    await targets.settle([...settled(laid, "APPLIED"), ...settled(refused, "REFUSED")]);
    await targets.remove(
      laid.map(({ gatewayId }) => gatewayId),
      "LEAVING",
    );
    await targets.setSync(outcomes.flatMap(syncOf), "<");
    counters.count("gateway_twin.config_profiles.applied.total", {}, laid.length);
    for (const [index, failure] of failures.entries())
      if (failure) this.#report(failure, batch[index]?.gatewayId);
    const passing = failures.find((failure) => failure?.retryable);
    if (passing) throw passing;
  }

  #report({ type, message, retryable }: DomainError, gatewayId: string | undefined): void {
    if (retryable) return;
    const { counters, log } = this.#options;
    counters.count("gateway_twin.config_profiles.refused.total", { reason: type });
    log.warn("a twin refused its profiles; it keeps what it had", {
      ...(gatewayId !== undefined && { "gateway.id": gatewayId }),
      "error.code": type,
      error: message,
    });
  }
}

function settled(all: readonly Wanted[], state: TargetState): Target[] {
  return all.flatMap(({ gatewayId, layers }) => layers.map((layer) => targetOf(gatewayId, layer, state)));
}

function syncOf(outcome: Outcome<TwinView>): SyncOf[] {
  if (!outcome.ok || !outcome.reply) return [];
  const { gatewayId, version: twinVersion, delta } = outcome.reply;
  return [{ gatewayId, twinVersion, sync: Object.keys(delta).length === 0 ? "SYNCED" : "OPEN" }];
}
