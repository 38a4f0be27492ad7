import type { CommandCommands, CommandView, Found, NewCommand } from "../../../actors/command/contract.ts";
import { gatewayIdOf } from "../../../actors/command/ids.ts";
import type { Params, Result } from "../../../actors/contracts/contract.ts";
import { DomainError, ERRORS } from "../../../actors/contracts/errors.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { Routes } from "../../../actors/runtime/routes.ts";
import { type ActorAsks, DEADLINE_MS, hinted, replyOf } from "../../../mixins/actor-asks.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { type Caller, call } from "../../../mixins/bridge.ts";
import type { CommandHost } from "./command-host.ts";
import type { CommandTable } from "./command-table.ts";
import type { Waiters } from "./waiters.ts";

/** After the deadline, for the owner to tell of it; a new one may have to be found first. */
const GRACE_MS = 5000;
/** How much earlier than the caller the owner gives up waiting. */
const BACK_MS = 500;

type RunsOptions = {
  readonly nodeId: string;
  readonly host: CommandHost;
  readonly asks: ActorAsks<CommandCommands>;
  readonly router: ActorRouter;
  readonly routes: Routes;
  readonly waiters: Waiters;
  readonly table: CommandTable;
};

/**
 * Commands from their beginning to their end. The caller waits at the owner, a few seconds at a time: when that dies,
 * hangs or is another one now, it goes on at the next. The command is in the actor; the waiting is not.
 */
export class Runs {
  readonly #options: RunsOptions;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /** Throws COMMAND_TIMEOUT when even after the deadline nobody can tell how it ended. */
  async run(caller: Caller, gatewayId: string, command: NewCommand, isAsync: boolean): Promise<CommandView> {
    const end = performance.now() + command.timeoutMs + GRACE_MS;
    const { asks } = this.#options;
    const found = await asks.ask(caller, gatewayId, "createCommand", command);
    const view = await this.known(command.commandId, found);
    return isAsync ? view : this.#ended(caller, view, end);
  }

  /** What an actor has found, or the table. */
  async known(commandId: string, found: Found): Promise<CommandView> {
    if (found && found !== "LEFT") return found;
    const kept = await this.#options.table.find(commandId);
    if (kept) return kept;
    throw new DomainError("COMMAND_NOT_FOUND", { commandId });
  }

  /** The owner's side. */
  async answer({ commandId, waitMs }: Params<"commands.await">): Promise<Result<"commands.await">> {
    const { waiters, routes } = this.#options;
    // Before it is asked for, else the end could come in between.
    const { ended, leave } = waiters.wait(commandId, waitMs);
    const now = await this.#ask(commandId);
    if (!now.ok || !isPending(now.reply ?? null)) {
      leave();
      return hinted(now, routes);
    }
    const view = await ended;
    if (view) return { ok: true, reply: view };
    return hinted(await this.#ask(commandId), routes);
  }

  async #ended(caller: Caller, begun: CommandView, end: number): Promise<CommandView> {
    let view = begun;
    while (view.state === "PENDING") {
      const left = end - performance.now();
      if (left <= 0) throw timeoutOf(view);
      view = await this.#wait(caller, view, left);
    }
    return view;
  }

  /** The view again when it has not ended yet, or nobody could tell. */
  async #wait(caller: Caller, view: CommandView, leftMs: number): Promise<CommandView> {
    const { router, nodeId } = this.#options;
    const { id: commandId, gatewayId } = view;
    const attempt = (nodeID: string, timeout: number) => {
      const params = { commandId, waitMs: Math.max(0, timeout - BACK_MS) };
      if (nodeID === nodeId) return this.answer(params);
      return call(caller, "commands.await", params, { nodeID, timeout });
    };
    const outcome = await router.ask(gatewayId, attempt, Math.min(leftMs, DEADLINE_MS));
    if (!outcome.ok && ERRORS[outcome.error.type].retryable) return view;
    return this.known(commandId, replyOf(outcome) ?? null);
  }

  #ask(commandId: string): Promise<Outcome<Found>> {
    const command = { name: "getCommand", params: { commandId } } as const;
    return this.#options.host.ask(gatewayIdOf(commandId), command) as Promise<Outcome<Found>>;
  }
}

export function timeoutOf({ id: commandId, gatewayId }: CommandView): DomainError {
  return new DomainError("COMMAND_TIMEOUT", { gatewayId, commandId });
}

function isPending(found: Found): boolean {
  return found !== null && found !== "LEFT" && found.state === "PENDING";
}
