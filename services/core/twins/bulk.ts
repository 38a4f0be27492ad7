import type { Params } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { TwinCommands, TwinReply, TwinView } from "../../../actors/twin/contract.ts";
import { type ActorAsks, replyOf } from "../../../mixins/actor-asks.ts";
import type { Caller } from "../../../mixins/bridge.ts";
import { inBatches } from "../../../mixins/down-batches.ts";

const MAX_GATEWAYS = 1000;
/** Callers wait longer than the twins look for one owner, but not for two. */
const PATIENCE_MS = 1000;

type Twins = ActorAsks<TwinCommands>;
type Laying = Params<"twins.layProfiles">["gateways"][number];

/** One outcome per gateway, in order; of the first ones alone when it takes too long. */
export async function layProfiles(
  twins: Twins,
  caller: Caller,
  { gateways }: Params<"twins.layProfiles">,
): Promise<readonly Outcome<TwinView>[]> {
  requireFew("gateways", gateways);
  const outcomes: Outcome<TwinReply>[] = [];
  const end = performance.now() + PATIENCE_MS;
  for (const batch of inBatches(gateways, bytesOf)) {
    const asks = batch.map(({ gatewayId, layers }) => ({
      gatewayId,
      command: { name: "layProfiles" as const, params: { layers } },
    }));
    outcomes.push(...(await twins.askAll(caller, asks)));
    if (performance.now() > end) break;
  }
  return outcomes as readonly Outcome<TwinView>[];
}

/** Resolves when it is on its way to all of them. */
export async function deliver(
  twins: Twins,
  caller: Caller,
  { deliveries }: Params<"twins.deliver">,
): Promise<null> {
  requireFew("deliveries", deliveries);
  const asks = deliveries.map(({ gatewayId, full }) => ({
    gatewayId,
    command: { name: "sendDesired" as const, params: { full } },
  }));
  for (const outcome of await twins.askAll(caller, asks)) replyOf(outcome);
  return null;
}

function bytesOf(laying: Laying): number {
  return Buffer.byteLength(JSON.stringify(laying));
}

function requireFew(field: string, list: readonly unknown[]): void {
  if (list.length <= MAX_GATEWAYS) return;
  const description = `has ${list.length} entries; at most ${MAX_GATEWAYS} are allowed`;
  throw new DomainError("INVALID_ARGUMENT", { problem: `${field} ${description}` }, [{ field, description }]);
}
