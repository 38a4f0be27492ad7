import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import { layersOf, type Profile } from "../../../actors/profiles/layers.ts";
import { isSettled, type Target } from "../../../actors/profiles/targets.ts";
import { call } from "../../../mixins/bridge.ts";
import { Applier, type ApplierOptions, type Wanted } from "./applier.ts";
import type { CheckList } from "./check-list.ts";
import { inPortions } from "./in-portions.ts";
import type { PresentProfiles } from "./present-profiles.ts";
import type { SweepProgress, SweepState } from "./sweep-progress.ts";

type RoundsOptions = ApplierOptions & {
  readonly profiles: PresentProfiles;
  readonly checks: CheckList;
  readonly progress: SweepProgress;
  /** Gateways at a time. */
  readonly pageSize: number;
  /** Milliseconds between the pages of a sweep that nobody waits for. */
  readonly pauseMs: number;
};

/**
 * The work on profiles, a portion at a time. It goes by what is there at that moment, and what is done is stored:
 * whoever goes on, and whenever, ends with the layers of the present profiles.
 */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #applier: Applier;
  /** The sweep that no change has asked for. */
  #repair = 0;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#applier = new Applier(options);
  }

  /** Asks for a sweep for what was missed. */
  async wantRepair(): Promise<void> {
    const { progress, targets } = this.#options;
    if (!(await targets.isIdle())) this.#repair = await progress.want();
  }

  /** Looks at gateways of which something was told; false when there are none. */
  async check(signal: AbortSignal): Promise<boolean> {
    const { checks, progress, profiles, targets, pageSize } = this.#options;
    const marked = await checks.next(pageSize);
    if (marked.length === 0) return false;
    const ids = marked.map(({ gatewayId }) => gatewayId);
    const present = await profiles.at((await progress.read()).wanted);
    const gateways = (await inPortions(ids, (gatewayId) => this.#find(gatewayId))).flat();
    // What is noted of them is what may be wrong: they get their layers in any case.
    await this.#applier.apply(wantedOf(gateways, await targets.of(ids), present), signal);
    await this.#forgetGone(ids, gateways);
    await checks.done(marked);
    return true;
  }

  /** The next page of the sweep through all gateways; false when none is wanted. */
  async sweep(signal: AbortSignal): Promise<boolean> {
    const { progress } = this.#options;
    const state = await progress.read();
    if (state.swept >= state.wanted) return false;
    if (state.running <= state.swept) await progress.begin(state);
    else await this.#sweepPage(state, signal);
    return true;
  }

  async #sweepPage(state: SweepState, signal: AbortSignal): Promise<void> {
    const { progress, profiles, targets, pauseMs } = this.#options;
    if (state.wanted === this.#repair) await delay(pauseMs, undefined, { signal });
    const present = await profiles.at(state.wanted);
    const { gateways, nextPageToken } = await this.#page(state);
    const last = nextPageToken === "" ? undefined : gateways.at(-1)?.gatewayId;
    const known = await targets.between(state.position, last);
    const wanted = wantedOf(gateways, known, present).filter((one) => !isSettled(one.layers, one.targets));
    await this.#applier.apply(wanted, signal);
    const ids = new Set(known.map(({ gatewayId }) => gatewayId));
    await this.#forgetGone([...ids], gateways);
    if (last === undefined) await progress.end(state);
    else await progress.advance(state, last, nextPageToken);
  }

  async #page(state: SweepState) {
    const { caller, progress, pageSize } = this.#options;
    try {
      const params = { pageSize, pageToken: state.pageToken, orderBy: "gatewayId" };
      return await call(caller, "gateways.list", params);
    } catch (error) {
      // Of another release of ours.
      if (error instanceof DomainError && error.type === "INVALID_PAGE_TOKEN") await progress.begin(state);
      throw error;
    }
  }

  async #find(gatewayId: string): Promise<Gateway[]> {
    try {
      return [await call(this.#options.caller, "gateways.get", { gatewayId })];
    } catch (error) {
      if (error instanceof DomainError && error.type === "GATEWAY_NOT_FOUND") return [];
      throw error;
    }
  }

  async #forgetGone(ids: readonly string[], gateways: readonly Gateway[]): Promise<void> {
    const present = new Set(gateways.map(({ gatewayId }) => gatewayId));
    await this.#options.targets.remove(ids.filter((gatewayId) => !present.has(gatewayId)));
  }
}

function wantedOf(
  gateways: readonly Gateway[],
  known: readonly Target[],
  profiles: readonly Profile[],
): Wanted[] {
  const targets = Map.groupBy(known, ({ gatewayId }) => gatewayId);
  return gateways.map((gateway) => ({
    gatewayId: gateway.gatewayId,
    layers: layersOf(gateway, profiles),
    targets: targets.get(gateway.gatewayId) ?? [],
  }));
}
