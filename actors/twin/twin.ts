import type { ActorType, Context } from "../runtime/actor.ts";
import { decideBy, type HandlersOf } from "../runtime/handlers.ts";
import { getTwin } from "./commands/get-twin.ts";
import { hello } from "./commands/hello.ts";
import { layProfiles } from "./commands/lay-profiles.ts";
import { patchDesired } from "./commands/patch-desired.ts";
import { recordEvent } from "./commands/record-event.ts";
import { removeTwin } from "./commands/remove-twin.ts";
import { replaceDesired } from "./commands/replace-desired.ts";
import { reportState } from "./commands/report-state.ts";
import type { TwinRules } from "./commands/rules.ts";
import { sendDesired } from "./commands/send-desired.ts";
import { sendTwin } from "./commands/send-twin.ts";
import { updateDesired } from "./commands/update-desired.ts";
import type { TwinCommand, TwinCommands, TwinEvent, TwinEvents, TwinReply } from "./contract.ts";
import { type PackedTwin, packTwin, unpackTwin } from "./document.ts";
import { desiredUpdated } from "./events/desired-updated.ts";
import { profilesLaid } from "./events/profiles-laid.ts";
import { reportedUpdated } from "./events/reported-updated.ts";
import { advance } from "./sequence.ts";
import { EMPTY_TWIN, type TwinState } from "./state.ts";

export type CommandHandlers = HandlersOf<TwinRules, TwinState, TwinCommands, TwinEvent>;

export type EventHandlers = {
  readonly [Type in keyof TwinEvents]: (
    state: TwinState,
    event: TwinEvents[Type],
    context: Context,
  ) => TwinState;
};

const commands: CommandHandlers = {
  // by the gateway
  reportState,
  hello,
  sendTwin,
  recordEvent,
  // by people and programs
  getTwin,
  updateDesired,
  patchDesired,
  replaceDesired,
  layProfiles,
  sendDesired,
  removeTwin,
};

const events: EventHandlers = {
  "twin.reported.updated": reportedUpdated,
  "twin.desired.updated": desiredUpdated,
  "twin.position.advanced": advance,
  "twin.event.recorded": (state) => state,
  "twin.profiles.laid": profilesLaid,
  "twin.removed": () => EMPTY_TWIN,
};

export type TwinActor = ActorType<TwinState, TwinCommand, TwinEvent, TwinReply>;

export function twinActor(rules: TwinRules): TwinActor {
  return {
    name: "twin",
    pack: packTwin,
    unpack: (packed) => unpackTwin(packed as PackedTwin),
    initial: () => EMPTY_TWIN,
    decide: (state, command, context) => decideBy(commands, rules, state, command, context),
    evolve: (state, event, context) => fold(state, event, context),
    isEmpty: (state) => state === EMPTY_TWIN,
    isRoutine,
  };
}

/** All but a few of the events of a fleet at work: they say nothing that others have to act on. */
function isRoutine(event: TwinEvent): boolean {
  switch (event.type) {
    case "twin.reported.updated":
      return event.sync === undefined;
    case "twin.position.advanced":
      return !isHello(event) && event.sync === undefined;
    case "twin.event.recorded":
      return true;
    default:
      return false;
  }
}

/** One that tells something: others are steps within a power-on. */
function isHello({ boot, seq, cameras }: TwinEvents["twin.position.advanced"]): boolean {
  return cameras !== undefined || (boot !== undefined && seq === undefined);
}

function fold<Type extends keyof TwinEvents>(
  state: TwinState,
  event: { readonly type: Type } & TwinEvents[Type],
  context: Context,
): TwinState {
  return events[event.type](state, event, context);
}
