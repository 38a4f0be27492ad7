import type { CommandEvent } from "../../../actors/command/contract.ts";
import { partitionOf } from "../../../actors/runtime/partition-map.ts";
import type { ClaimedPartition, CommitRow } from "../../../actors/runtime/ports.ts";

/**
 * The gateways that may have open commands, by owned partition: when a whole fleet reconnects, the actors of all others
 * are left alone. An open command has a deadline, so a claim tells who has one.
 */
export class BusyGateways {
  readonly #partitionCount: number;
  readonly #busy = new Map<number, Set<string>>();

  constructor(partitionCount: number) {
    this.#partitionCount = partitionCount;
  }

  begin({ partition, dueTimers, rows }: ClaimedPartition): void {
    const changed = rows.flatMap(({ changes }) => changes);
    this.#busy.set(partition, new Set([...dueTimers, ...changed].map(({ actorId }) => actorId)));
  }

  end(partition: number): void {
    this.#busy.delete(partition);
  }

  /** A row that this node has committed. */
  committed({ partition, changes }: CommitRow): void {
    const busy = this.#busy.get(partition);
    for (const { actorId, events = [] } of changes)
      if ((events as readonly CommandEvent[]).some(({ type }) => type === "command.created"))
        busy?.add(actorId);
  }

  /** Undefined when the gateway's partition is not here. */
  has(gatewayId: string): boolean | undefined {
    return this.#of(gatewayId)?.has(gatewayId);
  }

  forget(gatewayId: string): void {
    this.#of(gatewayId)?.delete(gatewayId);
  }

  #of(gatewayId: string): Set<string> | undefined {
    return this.#busy.get(partitionOf(gatewayId, this.#partitionCount));
  }
}
