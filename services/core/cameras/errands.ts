import type { CameraCommands, Errand, StartOutcome } from "../../../actors/camera/contract.ts";
import { DomainError, type ErrorType } from "../../../actors/contracts/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../actors/contracts/json.ts";
import type { Downlink } from "../../../actors/runtime/actor.ts";
import type { Log } from "../../../actors/runtime/ports.ts";
import type { Trace } from "../../../actors/runtime/spans.ts";
import type { ActorAsks } from "../../../mixins/actor-asks.ts";
import { type Caller, tracedCaller } from "../../../mixins/bridge.ts";
import type { Counters } from "../../../mixins/counters.ts";
import { commandGateway } from "./gateway-command.ts";
import type { CameraSettings } from "./settings.ts";

const MAX_URL_LENGTH = 2048;

/** Words of the gateway, or of commands about it. All else is a failure of ours: it is tried again. */
const ANSWERS: readonly ErrorType[] = [
  "CAMERA_REFUSED",
  "GATEWAY_OFFLINE",
  "COMMAND_TIMEOUT",
  "GATEWAY_NOT_FOUND",
];

type ErrandsOptions = {
  readonly caller: Caller;
  readonly asks: Pick<ActorAsks<CameraCommands>, "ask">;
  readonly settings: CameraSettings;
  readonly counters: Counters;
  readonly log: Log;
};

type Told = Omit<Errand, "what">;
type Task = Told & {
  /** Of whoever has caused it first. */
  readonly trace?: Trace | undefined;
};

/**
 * What camera actors want their gateways to be told, and the way of the answers back to them. Each has a name that is
 * its command's request id: whoever runs it, wherever and how often, it is one command.
 */
export class Errands {
  readonly #options: ErrandsOptions;
  readonly #starting = new Map<string, Promise<string>>();

  constructor(options: ErrandsOptions) {
    this.#options = options;
  }

  /** Never throws: what is lost comes again by the actor's timer. */
  send(downlinks: readonly Downlink[]): void {
    for (const { gatewayId, topic, payload, trace } of downlinks) {
      const task = { ...(payload as Told & JsonObject), trace };
      const done = topic === "start" ? this.start(gatewayId, task) : this.#stop(gatewayId, task);
      done.catch((error: unknown) => this.#failed(gatewayId, topic, error));
    }
  }

  /** The stream's URL, when it is on. All who ask on this node share the call. */
  start(gatewayId: string, task: Task): Promise<string> {
    const key = `${gatewayId}/${task.streamId}/${task.attempt}`;
    const running = this.#starting.get(key) ?? this.#start(gatewayId, task);
    this.#starting.set(key, running);
    const forget = () => void this.#starting.delete(key);
    running.then(forget, forget);
    return running;
  }

  async #start(gatewayId: string, task: Task): Promise<string> {
    try {
      const { result } = await this.#command(gatewayId, "start", task);
      const url = this.#urlOf(gatewayId, task, isJsonObject(result) ? result.url : undefined);
      await this.#answered(gatewayId, task, { ok: true, url });
      return url;
    } catch (error) {
      if (error instanceof DomainError && ANSWERS.includes(error.type))
        await this.#answered(gatewayId, task, { ok: false, isUncertain: error.type === "COMMAND_TIMEOUT" });
      throw error;
    }
  }

  /** A gateway that refuses knows of no such push. */
  async #stop(gatewayId: string, task: Task): Promise<void> {
    try {
      await this.#command(gatewayId, "stop", task);
    } catch (error) {
      if (!(error instanceof DomainError && error.type === "CAMERA_REFUSED")) throw error;
    }
    const { cameraId, streamId, attempt } = task;
    await this.#tell(gatewayId, "stopAnswered", { cameraId, streamId, attempt }, task.trace);
  }

  #command(gatewayId: string, what: Errand["what"], task: Task) {
    const { caller, settings, counters } = this.#options;
    const { cameraId: camera, streamId, attempt, by, trace } = task;
    counters.count("gateway_twin.cameras.errands.total", { what });
    return commandGateway(tracedCaller(caller, trace), {
      gatewayId,
      name: `camera.${what}Stream`,
      args: { camera, streamId },
      timeoutSeconds: settings.streamTimeoutSeconds,
      requestId: `camera.${streamId}.${what}.${attempt}`,
      by,
    });
  }

  #answered(gatewayId: string, task: Task, outcome: StartOutcome): Promise<void> {
    const { cameraId, streamId, attempt, trace } = task;
    return this.#tell(gatewayId, "streamAnswered", { cameraId, streamId, attempt, outcome }, trace);
  }

  /** A camera that the gateway has no more needs no answer. */
  async #tell<Name extends "streamAnswered" | "stopAnswered">(
    gatewayId: string,
    name: Name,
    params: CameraCommands[Name]["params"],
    trace: Trace | undefined,
  ): Promise<void> {
    const { asks, caller } = this.#options;
    try {
      await asks.ask(tracedCaller(caller, trace), gatewayId, name, params);
    } catch (error) {
      if (!(error instanceof DomainError && error.type === "CAMERA_NOT_FOUND")) throw error;
    }
  }

  #urlOf(gatewayId: string, { cameraId, streamId }: Task, given: JsonValue | undefined): string {
    if (typeof given === "string" && given !== "" && given.length <= MAX_URL_LENGTH) return given;
    const values: Record<string, string> = { gatewayId, cameraId, streamId };
    const { streamUrl } = this.#options.settings;
    return streamUrl.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  }

  #failed(gatewayId: string, what: string, error: unknown): void {
    const type = error instanceof DomainError ? error.type : "INTERNAL";
    const { counters, log } = this.#options;
    counters.count("gateway_twin.cameras.errands.failed.total", { what, error: type });
    log.warn("a gateway did not do what its cameras' viewers need", {
      "gateway.id": gatewayId,
      "event.action": what,
      error,
    });
  }
}
