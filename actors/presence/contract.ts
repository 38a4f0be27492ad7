import type { CloseReason, PresenceState } from "../contracts/presence.ts";

/** A way to the gateway, as far as presence knows. */
export type Connection = {
  /** Unique for ever, except those of an external broker: see `broker-session.ts`. */
  readonly sessionId: string;
  /** The node of the edge that told of it. */
  readonly node: string;
  /** Milliseconds; 0: it promised none. */
  readonly keepAliveMs: number;
};

/** Why the last connection is gone. `silent`: nothing was heard for longer than its keep-alive allows. */
export type EndReason = CloseReason | "silent";

export type PresenceView = {
  readonly gatewayId: string;
  readonly state: PresenceState;
  /** Epoch milliseconds; 0 for `UNKNOWN`. */
  readonly sinceTime: number;
  /** Newest last; all of them open. */
  readonly connections: readonly Connection[];
  readonly isFlapping: boolean;
  /** Within the last minutes. */
  readonly reconnects: number;
};

/** Every message of the presence actor: its parameters and its reply. */
export type PresenceCommands = {
  /** A connection is open: just made, or still. Only the first word of it changes anything, or another keep-alive. */
  openConnection: { params: { readonly connection: Connection }; reply: null };
  /**
   * It ended. Also when nobody had told that it was open: a late word of that must not count any more. Only the edge
   * that held a connection may tell this of it. The reply: was it open?
   */
  closeConnection: {
    params: { readonly sessionId: string; readonly reason: CloseReason };
    reply: boolean;
  };
  /** A deadline has passed. `lastSeen` (epoch milliseconds): of anything, as far as this owner knows; null: of nothing. */
  keepAliveDue: { params: { readonly lastSeen: number | null }; reply: null };
  /** It had its time to come back. */
  graceDue: { params: Record<never, never>; reply: null };
  getPresence: { params: Record<never, never>; reply: PresenceView };
  removePresence: { params: Record<never, never>; reply: null };
};

export type PresenceCommand = {
  [Name in keyof PresenceCommands]: {
    readonly name: Name;
    readonly params: PresenceCommands[Name]["params"];
  };
}[keyof PresenceCommands];

export type PresenceReply = PresenceCommands[keyof PresenceCommands]["reply"];

/** Every event of the presence actor; all but `presence.changed` and `presence.removed` are not shown outside. */
export type PresenceEvents = {
  "presence.connection.opened": { readonly connection: Connection };
  "presence.connection.closed": { readonly sessionId: string; readonly reason: CloseReason };
  /** All were silent for too long. Each may turn out to be open after all. */
  "presence.connections.expired": Record<never, never>;
  "presence.changed": {
    readonly from: PresenceState;
    readonly to: PresenceState;
    readonly reason: "connected" | EndReason;
    readonly isFlapping?: boolean;
  };
  "presence.removed": { readonly from: PresenceState };
};

export type PresenceEvent = {
  [Type in keyof PresenceEvents]: { readonly type: Type } & PresenceEvents[Type];
}[keyof PresenceEvents];
