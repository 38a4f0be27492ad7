import type { CreditSource } from "../generator/commands.ts";
import type { Credentials } from "../generator/link.ts";
import type { Idle } from "../settle.ts";
import type { StoredTwin } from "../verify.ts";
import type { RestClient } from "./rest-client.ts";

export type Kind = "raw" | "handWritten" | "product" | "traced" | ClusterKind;
export type ClusterKind = "floor" | "redis" | "calls" | "front" | "bridge";

/** One way of doing the work, at one number of gateways. */
export type Variant = {
  kind: Kind;
  title: string;
  gateways: number;
  ackPoint: string;
  syncPolicy: string;
  creditsFrom: CreditSource;
  window: number;
  inFlight: number;
  /** Its gateways subscribe to their app-level `ack`. */
  wantsAcks?: boolean;
  /** When it counts as idle, if it has work of its own. */
  idle?: Idle;
  start: () => Promise<RunningVariant>;
};

export type RunningVariant = {
  port: number;
  /** At this moment. */
  readonly serverPids: number[];
  /** Of what the bench needs for this variant alone. */
  harnessPids?: number[];
  gateways: Credentials[];
  onCompleted?: (listener: (count: number) => void) => void;
  readTwins?: () => Promise<StoredTwin[]>;
  product?: { rest: RestClient; mqttPort: number };
  stop: () => Promise<void>;
};

export function gatewayIds(count: number, prefix = "bench"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(6, "0")}`);
}

/** For servers that check no passwords. */
export function openCredentials(ids: string[]): Credentials[] {
  return ids.map((gatewayId) => ({ gatewayId, username: gatewayId, password: "none" }));
}
