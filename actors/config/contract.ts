import type { ConfigPhase, Refusal } from "../contracts/config.ts";
import type { ConfigState } from "./state.ts";

/** How a twin's reported stands to its desired, as the twin's events tell. */
export type Sync = {
  /** `open`: something is missing that was not refused. `refused`: all that is missing was refused. */
  readonly state: "synced" | "open" | "refused";
  /** With `open` too, when there are any; at most 16. */
  readonly refused?: readonly Refusal[];
  /** The gateway has not said anything yet. */
  readonly neverHeard?: true;
};

export type FailureReason = "NO_RESPONSE" | "REFUSED";

export type ConfigView = {
  readonly gatewayId: string;
  readonly phase: ConfigPhase;
  readonly desiredVersion: number;
  readonly attempts: number;
  /** Epoch milliseconds; null: none is planned. */
  readonly nextAttemptTime: number | null;
  readonly lastError: {
    readonly reason: FailureReason;
    readonly refused?: readonly Refusal[];
    readonly time: number;
  } | null;
  /** Epoch milliseconds; null in sync. */
  readonly outOfSyncSince: number | null;
  readonly sent: number;
  readonly saved: number;
};

/** What a twin says of itself. */
export type TwinWord = {
  /** The place of the change among those of the twin's partition: an older word changes nothing. */
  readonly order: number;
  readonly desiredVersion: number;
  readonly sync: Sync;
  /** When the twin changed; epoch milliseconds. */
  readonly time: number;
  /** When it got out of sync, by words that this one stands for; epoch milliseconds. */
  readonly openSince?: number;
  /** Among them is one that the twin was removed: this is another one. */
  readonly isAnother?: boolean;
};

/** Every message of the config actor: its parameters and its reply. */
export type ConfigCommands = {
  twinChanged: { params: TwinWord; reply: null };
  /** `order` as with `twinChanged`. */
  twinRemoved: { params: { readonly order: number }; reply: null };
  /** `order` as with `twinChanged`, of the presence's partition. `isOnline` null: nothing is known any more. */
  presenceChanged: { params: { readonly isOnline: boolean | null; readonly order: number }; reply: null };
  /** The next attempt is due. */
  attemptDue: { params: Record<never, never>; reply: null };
  resync: { params: { readonly by: string }; reply: ConfigView };
  /** Bytes, since the last such word. */
  countTraffic: { params: { readonly sent: number; readonly saved: number }; reply: null };
  getConfig: { params: Record<never, never>; reply: ConfigView };
  removeConfig: { params: Record<never, never>; reply: null };
};

export type ConfigCommand = {
  [Name in keyof ConfigCommands]: { readonly name: Name; readonly params: ConfigCommands[Name]["params"] };
}[keyof ConfigCommands];

export type ConfigReply = ConfigCommands[keyof ConfigCommands]["reply"];

/** Null: there is no twin to speak of. */
type Phase = ConfigPhase | null;

/** Every event of the config actor; `config.changed` is not shown outside. */
export type ConfigEvents = {
  "config.changed": {
    /** What is other than before. */
    readonly set: Partial<ConfigState>;
    /** Before and after, when they differ. */
    readonly phases?: readonly [from: Phase, to: Phase];
  };
  /** `lagMs`: how long reported differed from desired. */
  "config.converged": {
    readonly desiredVersion: number;
    readonly lagMs: number;
    readonly attempts: number;
  };
  "config.failed": {
    readonly severity: "WARNING";
    readonly reason: FailureReason;
    readonly desiredVersion: number;
    readonly attempts: number;
    readonly refused?: readonly Refusal[];
  };
  "config.resync.requested": { readonly by: string };
};

export type ConfigEvent = {
  [Type in keyof ConfigEvents]: { readonly type: Type } & ConfigEvents[Type];
}[keyof ConfigEvents];
