import type { CameraInfo } from "../camera/contract.ts";
import type { Sync } from "../config/contract.ts";
import type { JsonObject, JsonValue } from "../contracts/json.ts";
import type { Severity } from "../contracts/severity.ts";
import type { Position } from "./sequence.ts";
import type { LeafStamps, Times } from "./times.ts";

/** What every change by a person or program brings along. */
export type ChangeRequest = {
  /** Only apply when the twin has this version. */
  readonly expectedVersion?: number;
  /** The same id on a repeated call: it is applied once. */
  readonly requestId?: string;
  /** Who asks, for the history. */
  readonly by: string;
  readonly reason?: string;
};

export type SectionView = {
  readonly state: JsonObject;
  readonly version: number;
  /** Epoch milliseconds; 0 before the first change. */
  readonly updateTime: number;
  readonly times: Times;
  /** Of desired, when profiles are laid: where each leaf comes from. */
  readonly sources?: LeafStamps<string>;
};

export type TwinView = {
  readonly gatewayId: string;
  readonly version: number;
  readonly desired: SectionView;
  readonly reported: SectionView;
  readonly delta: JsonObject;
};

/** What the gateway itself gets back, on `gw/{id}/down/{topic}`. */
export type GatewayAnswer = {
  readonly topic: "ack" | "twin" | "delta" | "desired";
  readonly payload: JsonObject;
};

/** What a gateway tells on `up/event`; `eventType` and `eventId` are its own. */
export type GatewayEvent = {
  readonly eventType: string;
  readonly severity: Severity;
  readonly eventId?: string;
  /** Epoch milliseconds by the gateway's clock. */
  readonly ts?: number;
  readonly data?: JsonObject;
};

/** The desired values that a profile lays under the gateway's own. */
export type ProfileLayer = {
  readonly profileId: string;
  readonly revision: number;
  /** Where two set the same value the higher one wins; of equal ones the later id. */
  readonly priority: number;
  readonly desired: JsonObject;
};

/** Every message of the twin actor: its parameters and its reply. */
export type TwinCommands = {
  reportState: {
    params: Position & { readonly patch: JsonObject; readonly version?: number; readonly token?: string };
    reply: readonly GatewayAnswer[];
  };
  hello: {
    params: {
      readonly boot: string;
      readonly desiredVersion?: number;
      readonly desiredHash?: string;
      readonly cameras?: readonly CameraInfo[];
    };
    reply: readonly GatewayAnswer[];
  };
  sendTwin: { params: { readonly token?: string }; reply: readonly GatewayAnswer[] };
  recordEvent: { params: GatewayEvent; reply: readonly GatewayAnswer[] };
  getTwin: { params: Record<never, never>; reply: TwinView };
  updateDesired: { params: ChangeRequest & { readonly patch: JsonObject }; reply: TwinView };
  patchDesired: { params: ChangeRequest & { readonly operations: readonly JsonValue[] }; reply: TwinView };
  replaceDesired: { params: ChangeRequest & { readonly state: JsonObject }; reply: TwinView };
  /** These profiles, and no others, lie under the gateway's own desired values. */
  layProfiles: { params: { readonly layers: readonly ProfileLayer[] }; reply: TwinView };
  /** Tells the gateway what it misses; `full`: the whole of desired, also when it misses nothing. */
  sendDesired: { params: { readonly full: boolean }; reply: null };
  removeTwin: { params: { readonly by: string }; reply: null };
};

export type TwinCommand = {
  [Name in keyof TwinCommands]: { readonly name: Name; readonly params: TwinCommands[Name]["params"] };
}[keyof TwinCommands];

export type TwinReply = TwinCommands[keyof TwinCommands]["reply"];

/** The versions of the twin and of the section after a change, for the history; short, since every event has them. */
export type Versions = readonly [twin: number, section: number];

/** What all changes of a section say. `bytes`, when given, is the section's exact size after the change. */
type SectionUpdated = {
  readonly patch: JsonObject;
  readonly bytes?: number;
  readonly versions: Versions;
  /** With every change of desired; with one of reported when it is another one than before. */
  readonly sync?: TwinSync;
};

export type TwinSync = Sync & { readonly desiredVersion: number };

/** Every event of the twin actor. */
export type TwinEvents = {
  "twin.reported.updated": Position & SectionUpdated;
  "twin.desired.updated": SectionUpdated & {
    /** How the gateway's own values change, when that is not `patch`: with profiles under them. */
    readonly own?: JsonObject;
    readonly by: string;
    readonly reason?: string;
    readonly requestId?: string;
  };
  /** The gateway went on without changing anything: no version, not shown outside. */
  "twin.position.advanced": Position & {
    /** With a hello that tells of them: for the camera actor, the twin has no use for it. */
    readonly cameras?: readonly CameraInfo[];
    /** With the first word of a gateway of which something was desired before it. */
    readonly sync?: TwinSync;
  };
  /** Something happened at the gateway: no version, the twin stays as it is. */
  "twin.event.recorded": GatewayEvent;
  /** Only what lies there; what it does to desired is an update of desired beside it. */
  "twin.profiles.laid": { readonly layers: readonly ProfileLayer[] };
  "twin.removed": { readonly by: string };
};

export type TwinEvent = {
  [Type in keyof TwinEvents]: { readonly type: Type } & TwinEvents[Type];
}[keyof TwinEvents];
