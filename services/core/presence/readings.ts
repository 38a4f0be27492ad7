import type { Params, Result } from "../../../actors/contracts/contract.ts";
import type { Presence } from "../../../actors/contracts/presence.ts";
import type { PresenceView } from "../../../actors/presence/contract.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { DEADLINE_MS, hinted, replyOf } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import type { PresenceHost } from "./presence-host.ts";
import type { Vitals } from "./vitals.ts";
import type { VitalsTable } from "./vitals-table.ts";

type ReadingsOptions = {
  readonly nodeId: string;
  readonly host: PresenceHost;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly vitals: Vitals;
  readonly table: VitalsTable;
};

/** All that is known of a gateway's presence. */
export class Readings {
  readonly #options: ReadingsOptions;

  constructor(options: ReadingsOptions) {
    this.#options = options;
  }

  /** From the owner, so that it is current. */
  async read(caller: Caller, gatewayId: string): Promise<Presence> {
    const { router, nodeId } = this.#options;
    const attempt = (nodeID: string, timeout: number) =>
      nodeID === nodeId
        ? this.answer({ gatewayId })
        : call(caller, "presence.read", { gatewayId }, { nodeID, timeout });
    const reading = replyOf(await router.ask(gatewayId, attempt, DEADLINE_MS));
    if (!reading) throw new Error("an owner answers with what it knows");
    return presenceOf(reading);
  }

  /** The owner's side. */
  async answer({ gatewayId }: Params<"presence.read">): Promise<Result<"presence.read">> {
    const { host, routes, vitals, table } = this.#options;
    const outcome = await host.ask(gatewayId, { name: "getPresence", params: {} });
    if (!outcome.ok) return hinted(outcome, routes);
    const view = outcome.reply as PresenceView;
    const withStored = vitals.view(gatewayId);
    const stored = await table.read([gatewayId]);
    return { ok: true, reply: { view, vitals: withStored(stored.get(gatewayId)) } };
  }
}

type Reading = Extract<Result<"presence.read">, { readonly ok: true }>["reply"];

function presenceOf({ view, vitals }: NonNullable<Reading>): Presence {
  const newest = view.connections.at(-1);
  return {
    gatewayId: view.gatewayId,
    state: view.state,
    sinceTime: view.state === "UNKNOWN" ? null : timeOf(view.sinceTime),
    lastSeenTime: vitals.lastSeen === null ? null : timeOf(vitals.lastSeen),
    sessionId: newest?.sessionId ?? null,
    node: newest?.node ?? null,
    board: vitals.board,
    firmware: vitals.firmware,
    isFlapping: view.isFlapping,
    reconnects: view.reconnects,
  };
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
