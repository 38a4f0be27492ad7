import type { Credentials } from "./link.ts";

/**
 * Who gives credits back: the PUBACK where it is the durability point; else, behind a broker that acknowledges by
 * itself, what the bench is told of the consumer's work, or the gateway's own app-level `ack`.
 */
export type CreditSource = "puback" | "consumer" | "ack";

type Usage = { server: number; generator: number; foreign: number };
type Timing = {
  warmMs: number;
  measureMs: number;
  serverPids: number[];
  /** Of the bench: what they use is the generator's. */
  harnessPids?: number[];
  /** Started by the bench, but not part of this variant: what they use is not foreign. */
  idlePids?: number[];
};

export type LoadResult = {
  seconds: number;
  completed: number;
  cpuSeconds: Usage;
  /** Server CPU per 100,000 messages that was used after the load had ended: work put off. */
  deferredCpu?: number;
};
export type ClosedLoopResult = LoadResult & { totalSent: number; serverCpuAtEnd: number };
export type LatencyResult = LoadResult & { p50Ms: number; p99Ms: number; maxMs: number };

export type GeneratorCalls = {
  connect: {
    params: { port: number; gateways: Credentials[]; window: number; wantsAcks: boolean };
    result: null;
  };
  closedLoop: {
    params: Timing & { inFlight: number; creditsFrom: CreditSource; isNumbered: boolean };
    result: ClosedLoopResult;
  };
  fixedRate: { params: Timing & { ratePerSecond: number }; result: LatencyResult };
  credits: { params: { count: number }; result: null };
  sentPerGateway: { params: null; result: number[] };
};
