import type { ConfigEvent, Sync } from "../../../actors/config/contract.ts";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import type { ProfileLayer, TwinEvent } from "../../../actors/twin/contract.ts";
import type { SyncOf, SyncState } from "./target-table.ts";

/** What a delivery tells of gateways, as far as it matters for their profiles: the last word on each. */
export type Told = {
  /** Created, labelled anew or deleted. */
  readonly changed: Set<string>;
  /** Their twins are gone. */
  readonly removed: Set<string>;
  readonly laid: Map<string, readonly ProfileLayer[]>;
  readonly sync: Map<string, SyncOf>;
  readonly failed: Set<string>;
};

/** As far as it is read here; see the registry of gateways. */
type GatewayEvent = { readonly type: string; readonly labels?: object };

const SYNC_STATES: Record<Sync["state"], SyncState> = { synced: "SYNCED", open: "OPEN", refused: "FAILED" };

export function toldBy(rows: readonly DeliveredRow[]): Told {
  const told: Told = {
    changed: new Set(),
    removed: new Set(),
    laid: new Map(),
    sync: new Map(),
    failed: new Set(),
  };
  for (const { type, changes } of rows)
    for (const { actorId, events = [] } of changes)
      for (const event of events) hear(told, type, actorId, event);
  return told;
}

function hear(told: Told, type: string, gatewayId: string, event: unknown): void {
  if (type === "gateway") hearOfGateway(told, gatewayId, event as GatewayEvent);
  if (type === "twin") hearOfTwin(told, gatewayId, event as TwinEvent);
  if (type === "config") hearOfConfig(told, gatewayId, event as ConfigEvent);
}

function hearOfGateway({ changed }: Told, gatewayId: string, { type, labels }: GatewayEvent): void {
  const isRelabelled = type === "gateway.updated" && labels !== undefined;
  if (isRelabelled || type === "gateway.created" || type === "gateway.deleted") changed.add(gatewayId);
}

function hearOfTwin({ removed, laid, sync }: Told, gatewayId: string, event: TwinEvent): void {
  if (event.type === "twin.removed") {
    removed.add(gatewayId);
    laid.delete(gatewayId);
    sync.delete(gatewayId);
  }
  if (event.type === "twin.profiles.laid") laid.set(gatewayId, event.layers);
  if (event.type !== "twin.desired.updated" && event.type !== "twin.reported.updated") return;
  const [twinVersion] = event.versions;
  if (event.sync) sync.set(gatewayId, { gatewayId, twinVersion, sync: SYNC_STATES[event.sync.state] });
}

function hearOfConfig({ failed }: Told, gatewayId: string, { type }: ConfigEvent): void {
  if (type === "config.failed") failed.add(gatewayId);
  else if (type === "config.converged") failed.delete(gatewayId);
}
