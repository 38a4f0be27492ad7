import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { PresenceCommands } from "../../../actors/presence/contract.ts";
import type { DeliveredRow, Delivery } from "../../../actors/runtime/ports.ts";
import type { ActorAsks } from "../../../mixins/actor-asks.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";

/**
 * Forgets the presence of deleted gateways. The word of a deletion may come late: one that was registered again
 * under the same id keeps what can only be of its new life. Should a connection open at this very moment, the edge's
 * next `alive` brings it back.
 */
export class Removals {
  readonly #asks: ActorAsks<PresenceCommands>;

  constructor(asks: ActorAsks<PresenceCommands>) {
    this.#asks = asks;
  }

  /** Again and again with the same rows, if need be. */
  async take(caller: Caller, { rows }: Delivery): Promise<void> {
    for (const gatewayId of new Set(rows.flatMap(deletedIn))) {
      const gateway = await findGateway(caller, gatewayId);
      if (!gateway || !(await this.#isNew(caller, gateway)))
        await this.#asks.ask(caller, gatewayId, "removePresence", {});
    }
  }

  async #isNew(caller: Caller, { gatewayId, createTime }: Gateway): Promise<boolean> {
    const view = await this.#asks.ask(caller, gatewayId, "getPresence", {});
    return view.connections.length > 0 || view.sinceTime >= Date.parse(createTime);
  }
}

function deletedIn({ type, changes }: DeliveredRow): string[] {
  if (type !== "gateway") return [];
  const isDeletion = (event: unknown) => (event as { readonly type: string }).type === "gateway.deleted";
  return changes.flatMap(({ actorId, events = [] }) => (events.some(isDeletion) ? [actorId] : []));
}

async function findGateway(caller: Caller, gatewayId: string): Promise<Gateway | undefined> {
  try {
    return await call(caller, "gateways.get", { gatewayId });
  } catch (error) {
    if (error instanceof DomainError && error.type === "GATEWAY_NOT_FOUND") return undefined;
    throw error;
  }
}
