import type { Credentials } from "./link.ts";

/** Who gives credits back: the PUBACK where it is the durability point, else the consumer behind the broker. */
export type CreditSource = "puback" | "consumer";

type Usage = { server: number; generator: number; foreign: number };
type Timing = { warmMs: number; measureMs: number; serverPids: number[] };

export type LoadResult = { seconds: number; completed: number; cpuSeconds: Usage };
export type LatencyResult = LoadResult & { p50Ms: number; p99Ms: number; maxMs: number };

export type GeneratorCalls = {
  connect: { params: { port: number; gateways: Credentials[]; window: number }; result: null };
  closedLoop: { params: Timing & { inFlight: number; creditsFrom: CreditSource }; result: LoadResult };
  fixedRate: { params: Timing & { ratePerSecond: number }; result: LatencyResult };
  credits: { params: { count: number }; result: null };
  sentPerGateway: { params: null; result: number[] };
};
