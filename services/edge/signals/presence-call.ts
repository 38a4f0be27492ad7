import type { Edge } from "../../../actors/contracts/edge.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import type { SendSignals } from "./signal-queue.ts";

/** After the timeout the batch goes to whoever owns it then: presence takes a copy for what it is. */
export function signalsOver(caller: Caller, edge: Edge, timeout: number): SendSignals {
  return (owner, signals) => call(caller, "presence.ingest", { edge, signals }, { nodeID: owner, timeout });
}
