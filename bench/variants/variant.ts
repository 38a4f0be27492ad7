import type { CreditSource } from "../generator/commands.ts";
import type { Credentials } from "../generator/link.ts";
import type { StoredTwin } from "../verify.ts";
import type { RestClient } from "./rest-client.ts";

export type Kind = "raw" | "handWritten" | "product";

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
  start: () => Promise<RunningVariant>;
};

export type RunningVariant = {
  port: number;
  serverPids: number[];
  gateways: Credentials[];
  onCompleted?: (listener: (count: number) => void) => void;
  readTwins?: () => Promise<StoredTwin[]>;
  product?: { rest: RestClient; mqttPort: number };
  stop: () => Promise<void>;
};

export function gatewayIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bench-${String(index).padStart(6, "0")}`);
}

/** For servers that check no passwords. */
export function openCredentials(ids: string[]): Credentials[] {
  return ids.map((gatewayId) => ({ gatewayId, username: gatewayId, password: "none" }));
}
