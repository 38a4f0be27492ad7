import type { CommandEnd, CommandError, CommandPriority, CommandState } from "../contracts/commands.ts";
import type { JsonObject, JsonValue } from "../contracts/json.ts";

/** Times in epoch milliseconds. */
export type CommandView = {
  readonly id: string;
  readonly gatewayId: string;
  readonly name: string;
  readonly state: CommandState;
  readonly result?: JsonValue;
  readonly error?: CommandError;
  readonly createTime: number;
  /** With an ended one. */
  readonly endTime?: number;
};

/** `LEFT`: it has ended, and is no longer kept with the actor. Null: there never was one. */
export type Found = CommandView | "LEFT" | null;

export type NewCommand = {
  readonly commandId: string;
  readonly name: string;
  readonly args: JsonObject;
  readonly priority: CommandPriority;
  readonly timeoutMs: number;
  /** The gateway is known not to be there: a command that is not there yet is refused. */
  readonly isOffline: boolean;
  readonly by: string;
  readonly reason?: string;
};

export type GatewayAnswer = {
  readonly commandId: string;
  readonly result?: JsonValue;
  /** It has failed. */
  readonly error?: CommandError;
};

type Nothing = Record<never, never>;

/** Every message of the command actor: its parameters and its reply. */
export type CommandCommands = {
  /** The same id is the same command, whatever else is given. */
  createCommand: { params: NewCommand; reply: Exclude<Found, null> };
  /** What has ended already stays as it is. */
  cancelCommand: {
    params: { readonly commandId: string; readonly by: string; readonly reason?: string };
    reply: Found;
  };
  /** `late`: a copy, or it came after the end. */
  recordAnswer: { params: GatewayAnswer; reply: "recorded" | "late" };
  /** The gateway may have missed what it was sent. The reply is how many commands are open. */
  sendAgain: { params: Nothing; reply: number };
  /** A command's deadline has come. */
  deadlineDue: { params: Nothing; reply: null };
  /** Time to see whether what was to be sent has been sent. */
  checkDue: { params: Nothing; reply: null };
  getCommand: { params: { readonly commandId: string }; reply: Found };
  /** The open ones and those that ended last. */
  listCommands: { params: Nothing; reply: readonly CommandView[] };
  removeCommands: { params: { readonly by: string }; reply: null };
};

export type CommandCommand = {
  [Name in keyof CommandCommands]: {
    readonly name: Name;
    readonly params: CommandCommands[Name]["params"];
  };
}[keyof CommandCommands];

export type CommandReply = CommandCommands[keyof CommandCommands]["reply"];

/** Every event of the command actor. */
export type CommandEvents = {
  "command.created": {
    readonly commandId: string;
    readonly name: string;
    readonly args: JsonObject;
    readonly priority: CommandPriority;
    /** Epoch milliseconds. */
    readonly deadline: number;
    readonly by: string;
    readonly reason?: string;
  };
  "command.finished": {
    readonly commandId: string;
    readonly name: string;
    readonly state: CommandEnd;
    readonly result?: JsonValue;
    readonly error?: CommandError;
    /** Epoch milliseconds. */
    readonly createTime: number;
    /** Who ended it; nobody, when its time was over. */
    readonly by?: string;
    readonly reason?: string;
  };
  /** The gateway was deleted. */
  "command.all.removed": { readonly by: string };
};

export type CommandEvent = {
  [Type in keyof CommandEvents]: { readonly type: Type } & CommandEvents[Type];
}[keyof CommandEvents];
