import type { CallingOptions } from "moleculer";
import type { ActionName } from "../actors/contracts/contract.ts";
import { DomainError } from "../actors/contracts/errors.ts";
import type { Outcome } from "../actors/runtime/actor.ts";
import type { Ask } from "../actors/runtime/ask.ts";
import type { CommandOf, Commands, ReplyOf } from "../actors/runtime/handlers.ts";
import type { Routes } from "../actors/runtime/routes.ts";
import type { Trace } from "../actors/runtime/spans.ts";
import type { ActorRouter } from "./actor-router.ts";
import type { Caller } from "./bridge.ts";
import { withOwnerHint } from "./owner-hint.ts";
import { traceOf } from "./traces/traceparent.ts";
import { ended, type Spans } from "./traces/traces.ts";
import { asksToNode } from "./traces/work.ts";

/** Below the 10 s that callers give an action: they shall hear what was the matter. */
export const DEADLINE_MS = 9000;
/** Of one reply between nodes, as JSON. */
const MAX_REPLY_BYTES = 256 * 1024;

type Host<Command, Reply> = {
  ask(actorId: string, command: Command, trace?: Trace): Promise<Outcome<Reply>>;
};

type ActorAsksOptions<Command, Reply> = {
  readonly nodeId: string;
  /** Of this node. */
  readonly host: Host<Command, Reply>;
  readonly router: ActorRouter;
  readonly routes: Routes;
  /** Not given: traces are carried on, and that is all. */
  readonly spans?: Spans | undefined;
  /** By which the other nodes answer; `remote` calls it, and it gives what `answer` gives there. */
  readonly action: ActionName;
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
    const { router, nodeId } = this.#options;
    const trace = traceOf(caller);
    const entries = asks.map((ask) => ({ actorId: ask.gatewayId, ask }));
    const attempt = (nodeID: string, group: readonly (typeof entries)[number][], timeout: number) => {
      const wanted = group.map(({ ask }) => ask);
      if (nodeID === nodeId) return this.#askHost(withTraces(wanted, trace));
      return this.#askNode(caller, wanted, { nodeID, timeout }, trace);
    };
    return router.askMany(entries, attempt, deadlineMs);
  }

  /** The owner's side: one outcome per command, in order; only the first ones when one reply cannot carry all. */
  async answer(asks: readonly Ask<CommandOf<C>>[]): Promise<readonly Outcome<ReplyOf<C>>[]> {
    const { routes } = this.#options;
    return firstThatFit((await this.#askHost(asks)).map((outcome) => hinted(outcome, routes)));
  }

  #askHost(asks: readonly Ask<CommandOf<C>>[]): Promise<Outcome<ReplyOf<C>>[]> {
    const { host } = this.#options;
    return Promise.all(asks.map(({ gatewayId, command, trace }) => host.ask(gatewayId, command, trace)));
  }

  #askNode(
    caller: Caller,
    asks: readonly Ask<CommandOf<C>>[],
    options: CallingOptions & { readonly nodeID: string },
    trace: Trace | undefined,
  ): Promise<readonly Outcome<ReplyOf<C>>[]> {
    const { action, remote, spans } = this.#options;
    if (trace === undefined || !spans) return remote(caller, withTraces(asks, trace), options);
    const span = spans.start(trace, asksToNode(action, options.nodeID, asks.length));
    return ended(span, remote(caller, withTraces(asks, span.trace), options));
  }
}

function withTraces<Command>(
  asks: readonly Ask<Command>[],
  trace: Trace | undefined,
): readonly Ask<Command>[] {
  return trace === undefined ? asks : asks.map((ask) => ({ ...ask, trace }));
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
