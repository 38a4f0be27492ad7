import type { Log } from "../../../actors/runtime/ports.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { chunksOf } from "../../../stores/sql/chunks.ts";
import type { Share, Told, Vital } from "./share.ts";
import { type Vitals, withTold } from "./vitals.ts";
import { NO_VITALS, type OwnedVitals, type VitalsTable } from "./vitals-table.ts";

/** Gateways that one round saves: a large fleet takes several, so that the store has time for others. */
const ROUND = 10_000;
/** A partition on its way to another node does not wait longer. */
const LAST_SAVE_MS = 2000;

type WriterOptions = {
  readonly vitals: Vitals;
  readonly table: VitalsTable;
  readonly counters: Counters;
  readonly log: Log;
};

type Waiting = { readonly share: Share; readonly gatewayId: string };
type Saving = Waiting & { readonly vital: Vital; readonly told: Told | undefined };

/** Brings the vitals into their table, some time after they have changed, and out of it with their gateway. */
export class VitalsWriter {
  readonly #options: WriterOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Saves what has waited longest, up to a bound. */
  async round(signal?: AbortSignal): Promise<void> {
    const waiting = [...this.#options.vitals.shares].flatMap(waitingIn).slice(0, ROUND);
    for (const chunk of chunksOf(waiting)) {
      if (signal?.aborted) return;
      await this.#inTurn(() => this.#saveChunk(chunk));
    }
  }

  /** All of a partition that is given away, while it is still ours. What takes too long is lost. Never rejects. */
  async saveLast(share: Share): Promise<void> {
    const { counters, log } = this.#options;
    const deadline = performance.now() + LAST_SAVE_MS;
    try {
      for (const chunk of chunksOf(waitingIn(share)))
        if (performance.now() < deadline) await this.#inTurn(() => this.#saveChunk(chunk));
    } catch (error) {
      log.warn("the last vitals of a partition could not be saved", { error });
    }
    if (share.unsaved.size > 0)
      counters.count("gateway_twin.presence.vitals.lost.total", {}, share.unsaved.size);
  }

  /** When this resolves, nothing is left of the gateway's vitals. */
  remove(gatewayId: string): Promise<void> {
    const { vitals, table } = this.#options;
    vitals.shares.of(gatewayId)?.remove(gatewayId);
    return this.#inTurn(() => table.remove(gatewayId));
  }

  /** One after the other: what is being saved must not come back after its removal. */
  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const run = this.#last.then(task);
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #saveChunk(chunk: readonly Waiting[]): Promise<void> {
    const saving = chunk.flatMap(savingOf);
    // Before the write: what is told meanwhile waits for the next one.
    for (const { share, gatewayId } of saving) share.unsaved.delete(gatewayId);
    try {
      await this.#save(saving);
    } catch (error) {
      for (const { share, gatewayId } of saving) share.unsaved.add(gatewayId);
      throw error;
    }
    for (const { share, vital, told } of saving) if (vital.told === told) share.setTold(vital, undefined);
  }

  async #save(saving: readonly Saving[]): Promise<void> {
    const { table } = this.#options;
    const talkers = saving.filter(({ told }) => told);
    const stored = await table.read(talkers.map(({ gatewayId }) => gatewayId));
    const rowOf = ({ share: { ref }, gatewayId, vital, told }: Saving): OwnedVitals => ({
      ref,
      ...withTold(stored.get(gatewayId) ?? { gatewayId, ...NO_VITALS }, told),
      lastSeen: this.#options.vitals.lastSeen(vital),
    });
    await table.save(talkers.map(rowOf));
    await table.saveTimes(saving.filter(({ told }) => !told).map(rowOf));
  }
}

function waitingIn(share: Share): Waiting[] {
  return Array.from(share.unsaved, (gatewayId) => ({ share, gatewayId }));
}

/** Nothing when the gateway was removed meanwhile. */
function savingOf({ share, gatewayId }: Waiting): Saving[] {
  const vital = share.vitals.get(gatewayId);
  return vital ? [{ share, gatewayId, vital, told: vital.told }] : [];
}
