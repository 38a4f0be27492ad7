import type { CallingOptions } from "moleculer";
import { DomainError } from "../actors/contracts/errors.ts";
import type { Outcome } from "../actors/runtime/actor.ts";
import type { Ask } from "../actors/runtime/ask.ts";
import type { CommandOf, Commands, ReplyOf } from "../actors/runtime/handlers.ts";
import type { Routes } from "../actors/runtime/routes.ts";
import type { ActorRouter } from "./actor-router.ts";
import type { Caller } from "./bridge.ts";
import { withOwnerHint } from "./owner-hint.ts";

/** Below the 10 s that callers give an action: they shall hear what was the matter. */
export const DEADLINE_MS = 9000;
/** Of one reply between nodes, as JSON. */
const MAX_REPLY_BYTES = 256 * 1024;

type Host<Command, Reply> = { ask(actorId: string, command: Command): Promise<Outcome<Reply>> };

type ActorAsksOptions<Command, Reply> = {
  readonly nodeId: string;
  /** Of this node. */
  readonly host: Host<Command, Reply>;
  readonly router: ActorRouter;
  readonly routes: Routes;
  /** The action by which the other nodes answer; it gives what `answer` gives there. */
  readonly remote: (
    caller: Caller,
    asks: readonly Ask<Command>[],
    options: CallingOptions,
  ) => Promise<readonly Outcome<Reply>[]>;
};

/** Commands to the actors of one type, wherever they are. */
export class ActorAsks<C extends Commands<C>> {
  readonly #options: ActorAsksOptions<CommandOf<C>, ReplyOf<C>>;

  constructor(options: ActorAsksOptions<CommandOf<C>, ReplyOf<C>>) {
    this.#options = options;
  }

  /** It may be done more than once when an answer got lost: changes must carry a request id. */
  async ask<Name extends keyof C>(
    caller: Caller,
    gatewayId: string,
    name: Name,
    params: C[Name]["params"],
  ): Promise<C[Name]["reply"]> {
    const [outcome] = await this.askAll(caller, [{ gatewayId, command: { name, params } }]);
    if (!outcome) throw new Error("one command has one outcome");
    return replyOf(outcome);
  }

  /** One outcome per command, in order; commands to one actor among them may overtake each other. */
  askAll(
    caller: Caller,
    asks: readonly Ask<CommandOf<C>>[],
    deadlineMs = DEADLINE_MS,
  ): Promise<Outcome<ReplyOf<C>>[]> {
    const { router, nodeId, remote } = this.#options;
    const entries = asks.map((ask) => ({ actorId: ask.gatewayId, ask }));
    const attempt = (nodeID: string, group: readonly (typeof entries)[number][], timeout: number) => {
      const wanted = group.map(({ ask }) => ask);
      return nodeID === nodeId ? this.#askHost(wanted) : remote(caller, wanted, { nodeID, timeout });
    };
    return router.askMany(entries, attempt, deadlineMs);
  }

  /** The owner's side: one outcome per command, in order; only the first ones when one reply cannot carry all. */
  async answer(asks: readonly Ask<CommandOf<C>>[]): Promise<readonly Outcome<ReplyOf<C>>[]> {
    const { routes } = this.#options;
    return firstThatFit((await this.#askHost(asks)).map((outcome) => hinted(outcome, routes)));
  }

  #askHost(asks: readonly Ask<CommandOf<C>>[]): Promise<Outcome<ReplyOf<C>>[]> {
    return Promise.all(asks.map(({ gatewayId, command }) => this.#options.host.ask(gatewayId, command)));
  }
}

/** Throws what the outcome says was the matter. */
export function replyOf<Reply>(outcome: Outcome<Reply>): Reply | undefined {
  if (!outcome.ok) throw DomainError.from(outcome.error);
  return outcome.reply;
}

/** Says who the owner is, when the outcome is that it is not this node. */
export function hinted<Reply>(outcome: Outcome<Reply>, routes: Routes): Outcome<Reply> {
  return outcome.ok ? outcome : { ok: false, error: withOwnerHint(outcome.error, routes) };
}

/** As many, from the first on, as one reply between nodes can carry; at least one. */
export function firstThatFit<Reply>(outcomes: readonly Outcome<Reply>[]): readonly Outcome<Reply>[] {
  let [bytes, count] = [0, 0];
  for (const outcome of outcomes) {
    bytes += Buffer.byteLength(JSON.stringify(outcome));
    if (count > 0 && bytes > MAX_REPLY_BYTES) break;
    count += 1;
  }
  return outcomes.slice(0, count);
}
