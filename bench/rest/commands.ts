import type { LatencyResult } from "../generator/commands.ts";
import type { Work } from "./requests.ts";

export type LoadParams = {
  port: number;
  token: string;
  work: Work;
  gatewayIds: readonly string[];
  /** Each has one request in flight. */
  connections: number;
  warmMs: number;
  measureMs: number;
  serverPids: number[];
  harnessPids: number[];
  idlePids: number[];
};

export type RestLoadCalls = { run: { params: LoadParams; result: LatencyResult } };

export type BareRouteCalls = { listen: { params: { document: object }; result: { port: number } } };
