import type { Context } from "moleculer";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { TwinAsk } from "../../../actors/contracts/twins.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import type { TwinCommand, TwinCommands, TwinReply } from "../../../actors/twin/contract.ts";
import type { ActorRouter } from "../../../mixins/actor-router.ts";
import { call } from "../../../mixins/bridge.ts";
import type { TwinHost } from "./twin-host.ts";

/** Below the 10 s that callers give an action: they shall hear what was the matter. */
export const DEADLINE_MS = 9000;
/** Of one reply between nodes, as JSON. */
const MAX_REPLY_BYTES = 256 * 1024;

/** The asking side: reaches twins wherever they are. */
export class TwinAsks {
  readonly #host: Pick<TwinHost, "ask">;
  readonly #router: ActorRouter;

  constructor(host: Pick<TwinHost, "ask">, router: ActorRouter) {
    this.#host = host;
    this.#router = router;
  }

  /** It may be done more than once when an answer got lost: changes must carry a request id. */
  async ask<Name extends keyof TwinCommands>(
    context: Context,
    gatewayId: string,
    name: Name,
    params: TwinCommands[Name]["params"],
  ): Promise<TwinCommands[Name]["reply"]> {
    const asks: TwinAsk[] = [{ gatewayId, command: { name, params } as TwinCommand }];
    const attempt = (nodeID: string, _: unknown, timeout: number) => {
      if (nodeID === context.broker.nodeID) return askHost(this.#host, asks);
      return call(context, "twins.ask", { asks }, { nodeID, timeout });
    };
    const entries = [{ actorId: gatewayId }];
    const [reply] = (await this.#router.askMany(entries, attempt, DEADLINE_MS)).map(replyOf);
    return reply as TwinCommands[Name]["reply"];
  }
}

/** Throws what the outcome says was the matter. */
export function replyOf<Reply>(outcome: Outcome<Reply>): Reply | undefined {
  if (!outcome.ok) throw DomainError.from(outcome.error);
  return outcome.reply;
}

/** The answering side: one outcome per ask, in order. */
export function askHost(
  host: Pick<TwinHost, "ask">,
  asks: readonly TwinAsk[],
): Promise<Outcome<TwinReply>[]> {
  return Promise.all(asks.map(({ gatewayId, command }) => host.ask(gatewayId, command)));
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
