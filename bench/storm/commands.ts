import type { JsonObject } from "../../actors/contracts/json.ts";

/** What the bench asks of a process that stands in for an edge. */
export type StormEdgeCalls = {
  start: { params: { natsUrl: string; namespace: string; nodeId: string }; result: null };
  /** Sets the desired values of these twins for the first time. */
  wish: { params: { gatewayIds: string[]; patch: JsonObject }; result: null };
  /** Their twins wish this, and they have it: from now on they are connected here, and in sync. */
  settle: { params: { gatewayIds: string[] }; result: StormTally };
  /** All connections end without a word, evenly over so many milliseconds. */
  leave: { params: { withinMs: number }; result: null };
  /** All are back, evenly over so many milliseconds; resolves when all is acknowledged, also what they were told. */
  comeBack: { params: { withinMs: number }; result: StormTally };
};

export type StormTally = {
  gateways: number;
  /** Until the last signal, hello and report was acknowledged. */
  ms: number;
  /** Messages with desired values, and the gateways that got them. */
  configMessages: number;
  told: string[];
  /** Times that a batch was not taken and sent again, in messages. */
  retries: number;
  peakRssBytes: number;
};
