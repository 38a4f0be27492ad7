import type { ServiceBroker } from "moleculer";
import type { LentTwin } from "../../../actors/contracts/twins.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import { partitionOf } from "../../../actors/runtime/partition-map.ts";
import type { ReadLeases } from "../../../actors/runtime/read-leases.ts";
import type { TwinCommand, TwinReply, TwinView } from "../../../actors/twin/contract.ts";
import type { TwinState } from "../../../actors/twin/state.ts";
import { DEADLINE_MS, replyOf } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { call } from "../../../mixins/bridge.ts";
import type { TwinHost } from "./twin-host.ts";

type LendingOptions = {
  readonly host: Pick<TwinHost, "deliver" | "peek" | "typeName" | "partitionCount">;
  readonly router: ActorRouter;
  readonly broker: Pick<ServiceBroker, "nodeID" | "call">;
  /** Undefined: nothing may be cached. */
  readonly leases?: Pick<ReadLeases, "lend"> | undefined;
};

type Entry = { readonly actorId: string };

const GET_TWIN: TwinCommand = { name: "getTwin", params: {} };

/** Views of twins, with what a reader needs to cache them. */
export class TwinLending {
  readonly #options: LendingOptions;

  constructor(options: LendingOptions) {
    this.#options = options;
  }

  /** The reader's side: asks the owners. Rejects with the error of the first twin that gave none. */
  async load(gatewayIds: readonly string[]): Promise<Map<string, LentTwin>> {
    const { router, broker } = this.#options;
    const entries: Entry[] = gatewayIds.map((actorId) => ({ actorId }));
    const attempt = (nodeID: string, group: readonly Entry[], timeout: number) => {
      const wanted = group.map(({ actorId }) => actorId);
      if (nodeID === broker.nodeID) return this.lend(wanted);
      return call(broker, "twins.lend", { gatewayIds: wanted }, { nodeID, timeout });
    };
    const outcomes = await router.askMany(entries, attempt, DEADLINE_MS);
    return new Map(outcomes.map(replyOf).flatMap((lent) => (lent ? [[lent.view.gatewayId, lent]] : [])));
  }

  /** As `load`, for those who do not cache them. */
  async read(gatewayIds: readonly string[]): Promise<Map<string, TwinView>> {
    const lent = await this.load(gatewayIds);
    return new Map(Array.from(lent, ([gatewayId, { view }]) => [gatewayId, view]));
  }

  /** The owner's side: one outcome per id, in order. */
  lend(gatewayIds: readonly string[]): Promise<Outcome<LentTwin>[]> {
    return Promise.all(gatewayIds.map((gatewayId) => this.#lendOne(gatewayId)));
  }

  #lendOne(gatewayId: string): Promise<Outcome<LentTwin>> {
    const { host } = this.#options;
    return new Promise((resolve) => {
      // Lent in the turn of the answer: later, a change may have been committed that this loan is too late for.
      host.deliver(gatewayId, GET_TWIN, (outcome) =>
        resolve(outcome.ok ? this.#lent(outcome.reply) : outcome),
      );
    });
  }

  #lent(reply: TwinReply | undefined): Outcome<LentTwin> {
    const view = reply as TwinView;
    const token = this.#tokenFor(view);
    return { ok: true, reply: { view, ...(token !== undefined && { token }) } };
  }

  /**
   * An answer may have waited for a commit that also holds later changes of the twin. They were taken off the cache
   * before anybody was told: a view from before them would stay there.
   */
  #tokenFor(view: TwinView): string | undefined {
    const { host, leases } = this.#options;
    if (!isOf(host.peek(view.gatewayId), view)) return undefined;
    const { typeName, partitionCount } = host;
    return leases?.lend(typeName, partitionOf(view.gatewayId, partitionCount), view.gatewayId);
  }
}

/** A twin that was removed and came again may have the same version, but not the same objects. */
function isOf(state: TwinState | undefined, { version, desired, reported }: TwinView): boolean {
  return (
    state?.version === version &&
    state.desired.state === desired.state &&
    state.reported.state === reported.state
  );
}
