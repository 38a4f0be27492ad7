import type { ErrorData } from "../../../actors/contracts/errors.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import type { Clock, Log } from "../../../actors/runtime/ports.ts";
import type { Counters, Metrics } from "../../../mixins/counters.ts";
import type { Spans } from "../../../mixins/traces/traces.ts";
import type { CommandWay } from "../answers/command-routes.ts";
import type { SendBatch } from "../ingest/ingest-batcher.ts";
import type { PresenceRoutes } from "../signals/presence-routes.ts";
import type { SendSignals } from "../signals/signal-queue.ts";
import type { Announce } from "./announcer.ts";
import type { AuthenticatorOptions } from "./authenticator.ts";
import type { Address } from "./listener.ts";
import type { FrontSettings } from "./settings.ts";

export type FrontOptions = Pick<
  AuthenticatorOptions,
  "passwordHash" | "verify" | "dummyHash" | "attempts"
> & {
  readonly address: Address;
  readonly limits: Limits;
  readonly settings: FrontSettings;
  readonly clock: Clock;
  readonly counters: Counters & Partial<Metrics>;
  readonly log: Log;
  readonly nodeId: string;
  readonly ownerOf: (gatewayId: string) => string | undefined;
  readonly learn: (data: ErrorData) => void;
  readonly ingest: SendBatch;
  readonly presence: Pick<PresenceRoutes, "ownerOf" | "learn">;
  readonly signal: SendSignals;
  /** Undefined where nobody takes answers to commands. */
  readonly commands?: CommandWay | undefined;
  /** Tells the other fronts; null when there can be none. */
  readonly announce: Announce | null;
  readonly spans?: Spans | undefined;
};
