import type { JsonObject, JsonValue } from "../contracts/json.ts";
import type { Severity } from "../contracts/severity.ts";
import type { Position } from "./sequence.ts";
import type { LeafTimes } from "./times.ts";

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
  readonly times: LeafTimes;
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

/** Every message of the twin actor: its parameters and its reply. */
export type TwinCommands = {
  reportState: {
    params: Position & { readonly patch: JsonObject; readonly version?: number; readonly token?: string };
    reply: readonly GatewayAnswer[];
  };
  hello: {
    params: { readonly boot: string; readonly desiredVersion?: number; readonly desiredHash?: string };
    reply: readonly GatewayAnswer[];
  };
  sendTwin: { params: { readonly token?: string }; reply: readonly GatewayAnswer[] };
  recordEvent: { params: GatewayEvent; reply: readonly GatewayAnswer[] };
  getTwin: { params: Record<never, never>; reply: TwinView };
  updateDesired: { params: ChangeRequest & { readonly patch: JsonObject }; reply: TwinView };
  patchDesired: { params: ChangeRequest & { readonly operations: readonly JsonValue[] }; reply: TwinView };
  replaceDesired: { params: ChangeRequest & { readonly state: JsonObject }; reply: TwinView };
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
};

/** Every event of the twin actor. */
export type TwinEvents = {
  "twin.reported.updated": Position & SectionUpdated;
  "twin.desired.updated": SectionUpdated & {
    readonly by: string;
    readonly reason?: string;
    readonly requestId?: string;
  };
  /** The gateway went on without changing anything: no version, not shown outside. */
  "twin.position.advanced": Position;
  /** Something happened at the gateway: no version, the twin stays as it is. */
  "twin.event.recorded": GatewayEvent;
  "twin.removed": { readonly by: string };
};

export type TwinEvent = {
  [Type in keyof TwinEvents]: { readonly type: Type } & TwinEvents[Type];
}[keyof TwinEvents];
