import type { ActorType } from "../runtime/actor.ts";
import { decideBy, type HandlersOf } from "../runtime/handlers.ts";
import { acquireControl } from "./commands/acquire-control.ts";
import { checkMove } from "./commands/check-move.ts";
import { due } from "./commands/due.ts";
import { getCameras } from "./commands/get-cameras.ts";
import { helloHeard } from "./commands/hello-heard.ts";
import { keepStream } from "./commands/keep-stream.ts";
import { presenceChanged } from "./commands/presence-changed.ts";
import { recordSnapshot } from "./commands/record-snapshot.ts";
import { releaseControl } from "./commands/release-control.ts";
import { removeCameras } from "./commands/remove-cameras.ts";
import { startStream } from "./commands/start-stream.ts";
import { stopAnswered } from "./commands/stop-answered.ts";
import { stopStream } from "./commands/stop-stream.ts";
import { streamAnswered } from "./commands/stream-answered.ts";
import type { CameraCommand, CameraCommands, CameraEvent, CameraReply } from "./contract.ts";
import { apply } from "./events/apply.ts";
import { type CameraRules, DEFAULT_CAMERA_RULES } from "./rules.ts";
import { DUE } from "./settle.ts";
import { type CameraState, EMPTY_CAMERAS, isForgettable } from "./state.ts";

type CommandHandlers = HandlersOf<CameraRules, CameraState, CameraCommands, CameraEvent>;

const commands: CommandHandlers = {
  // by viewers
  startStream,
  keepStream,
  stopStream,
  // by who moves it
  acquireControl,
  releaseControl,
  checkMove,
  recordSnapshot,
  // by the gateway's answers
  streamAnswered,
  stopAnswered,
  // by other actors' events
  helloHeard,
  presenceChanged,
  removeCameras,
  // by its timer
  due,
  // by people and programs
  getCameras,
};

type CameraActor = ActorType<CameraState, CameraCommand, CameraEvent, CameraReply>;

/** All cameras of a gateway: who watches, what the gateway is told for that, and who may move them. */
export function cameraActor(rules: CameraRules = DEFAULT_CAMERA_RULES): CameraActor {
  return {
    name: "camera",
    // Few gateways have cameras: their documents need not be small.
    pack: (state) => state,
    unpack: (packed) => packed as CameraState,
    initial: () => EMPTY_CAMERAS,
    decide: (state, command, context) => decideBy(commands, rules, state, command, context),
    evolve: apply,
    isEmpty: isForgettable,
    isRoutine: ({ type }) => type === "camera.changed",
    timerDue,
  };
}

function timerDue(timer: string): CameraCommand {
  if (timer !== DUE) throw new Error(`the camera actor has no timer '${timer}'`);
  return { name: "due", params: {} };
}
