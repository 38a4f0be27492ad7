import { setTimeout as delay } from "node:timers/promises";
import type { CameraCommands } from "../../../actors/camera/contract.ts";
import type { WantedMove } from "../../../actors/contracts/cameras.ts";
import type { Command } from "../../../actors/contracts/commands.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import { type Outcome, rejected } from "../../../actors/runtime/actor.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { DEADLINE_MS, hinted, replyOf } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { type Caller, call, tracedCaller } from "../../../mixins/bridge.ts";
import { traceOf } from "../../../mixins/traces/traceparent.ts";
import type { CameraHost } from "./camera-host.ts";
import { commandGateway } from "./gateway-command.ts";
import type { CameraSettings } from "./settings.ts";
import { type SteeredMove, Steering } from "./steering.ts";

/** How much earlier than the caller the owner gives up waiting. */
const BACK_MS = 500;

type MovesOptions = {
  readonly nodeId: string;
  readonly host: CameraHost;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly caller: Caller;
  readonly settings: CameraSettings;
};

type Move = Omit<WantedMove, "waitMs">;
type Answer = Outcome<Command | null>;

/** Moves cameras: all of one gateway through the node that owns them, so that there is one order of them. */
export class Moves {
  readonly #options: MovesOptions;
  readonly #steering: Steering;

  constructor(options: MovesOptions) {
    this.#options = options;
    this.#steering = new Steering((move) => this.#send(move));
  }

  /** Waits at the owner, a few seconds at a time: when that is another one now, it goes on there. */
  async move(caller: Caller, move: Move): Promise<Command> {
    const { router, nodeId } = this.#options;
    const end = performance.now() + DEADLINE_MS;
    const attempt = (nodeID: string, timeout: number): Promise<Answer> => {
      const wanted = { ...move, waitMs: Math.max(0, timeout - BACK_MS) };
      if (nodeID === nodeId) return this.answer(caller, wanted);
      return call(caller, "cameras.steer", wanted, { nodeID, timeout });
    };
    for (let left = DEADLINE_MS; left > 0; left = end - performance.now()) {
      const command = replyOf(await router.ask(move.gatewayId, attempt, left));
      if (command) return command;
    }
    throw new DomainError("DEADLINE_EXCEEDED", { seconds: DEADLINE_MS / 1000 });
  }

  /** The owner's side. */
  async answer(caller: Caller, { waitMs, ...move }: WantedMove): Promise<Answer> {
    const checked = await this.#check(move);
    if (!checked.ok) return hinted(checked, this.#options.routes);
    const wanted = { ...move, trace: traceOf(caller) };
    const running = this.#steering.find(move.moveId) ?? this.#steering.enter(wanted);
    const waited = delay(waitMs, null, { ref: false });
    return Promise.race([running, waited]).then((reply) => ({ ok: true as const, reply }), outcomeOf);
  }

  #check({ gatewayId, cameraId, by }: Move): Promise<Outcome<CameraCommands["checkMove"]["reply"]>> {
    const command = { name: "checkMove", params: { cameraId, by } } as const;
    return this.#options.host.ask(gatewayId, command) as Promise<Outcome<null>>;
  }

  /** While it waited somebody else may have taken control. */
  async #send(move: SteeredMove): Promise<Command> {
    const { caller, settings } = this.#options;
    const { gatewayId, cameraId: camera, kind, args, moveId, by, trace } = move;
    replyOf(await this.#check(move));
    return commandGateway(tracedCaller(caller, trace), {
      gatewayId,
      name: `camera.${kind}`,
      args: { camera, ...args },
      timeoutSeconds: settings.moveTimeoutSeconds,
      requestId: `camera.${kind}.${moveId}`,
      by,
    });
  }
}

function outcomeOf(error: unknown): Answer {
  if (error instanceof DomainError) return rejected(error.toValue());
  throw error;
}
