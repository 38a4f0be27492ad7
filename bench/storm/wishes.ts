import type { JsonObject } from "../../actors/contracts/json.ts";
import { type Caller, call } from "../../mixins/bridge.ts";
import type { TwinRoutes } from "../../services/edge/ingest/twin-routes.ts";

/** Of one call to an owner. */
const BATCH = 256;
const TIMEOUT_MS = 10_000;

/** The twins' first desired values, in batches to their owners: over REST it would be a request for each. */
export async function wishAll(
  caller: Caller,
  { ownerOf }: TwinRoutes,
  gatewayIds: readonly string[],
  patch: JsonObject,
): Promise<void> {
  const byOwner = Map.groupBy(gatewayIds, ownerOf);
  await Promise.all([...byOwner].map(([owner, ids]) => wishAt(caller, owner, ids, patch)));
}

async function wishAt(
  caller: Caller,
  nodeID: string | undefined,
  gatewayIds: readonly string[],
  patch: JsonObject,
): Promise<void> {
  if (nodeID === undefined) throw new Error(`nobody owns the twins of ${gatewayIds.length} gateways`);
  for (let done = 0; done < gatewayIds.length; ) {
    const asks = gatewayIds.slice(done, done + BATCH).map((gatewayId) => ({
      gatewayId,
      command: {
        name: "updateDesired",
        params: { patch, by: "bench", requestId: `wish-${gatewayId}` },
      } as const,
    }));
    // It may answer the first ones only.
    const outcomes = await call(caller, "twins.ask", { asks }, { nodeID, timeout: TIMEOUT_MS });
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed && !failed.ok) throw new Error(`a desired value was refused: ${failed.error.type}`);
    done += outcomes.length;
  }
}
