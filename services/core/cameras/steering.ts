import { LRUCache } from "lru-cache";
import type { WantedMove } from "../../../actors/contracts/cameras.ts";
import type { Command } from "../../../actors/contracts/commands.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Trace } from "../../../actors/runtime/spans.ts";

/** Moves that are remembered, so that whoever asks again hears of the same one. */
const MAX_MOVES = 10_000;
const KEPT_MS = 30_000;

export type SteeredMove = Omit<WantedMove, "waitMs"> & { readonly trace?: Trace | undefined };
type Waiting = { readonly move: SteeredMove; readonly done: PromiseWithResolvers<Command> };
type Lane = { waiting: Waiting | undefined };

/**
 * The moves of cameras whose owner this node is. Of one kind one is on its way and one waits; a newer one takes the
 * place of that which waits. Nothing of it is kept: callers ask again, and the next owner begins anew.
 */
export class Steering {
  readonly #send: (move: SteeredMove) => Promise<Command>;
  readonly #lanes = new Map<string, Lane>();
  readonly #moves = new LRUCache<string, Promise<Command>>({ max: MAX_MOVES, ttl: KEPT_MS });

  constructor(send: (move: SteeredMove) => Promise<Command>) {
    this.#send = send;
  }

  /** Undefined for a move that is not known here. */
  find(moveId: string): Promise<Command> | undefined {
    return this.#moves.get(moveId);
  }

  /** Resolves when the gateway has carried it out. Rejects with SUPERSEDED when a newer one came first. */
  enter(move: SteeredMove): Promise<Command> {
    const done = Promise.withResolvers<Command>();
    this.#moves.set(move.moveId, done.promise);
    // Who waited for it may be gone.
    done.promise.catch(() => undefined);
    const key = JSON.stringify([move.gatewayId, move.cameraId, move.kind]);
    const lane = this.#lanes.get(key);
    if (lane) this.#wait(lane, { move, done });
    else void this.#run(key, { move, done });
    return done.promise;
  }

  #wait(lane: Lane, waiting: Waiting): void {
    const { cameraId } = waiting.move;
    lane.waiting?.done.reject(new DomainError("SUPERSEDED", { cameraId }));
    lane.waiting = waiting;
  }

  async #run(key: string, first: Waiting): Promise<void> {
    const lane: Lane = { waiting: undefined };
    this.#lanes.set(key, lane);
    let next: Waiting | undefined = first;
    while (next) {
      await this.#sendOne(next);
      next = lane.waiting;
      lane.waiting = undefined;
    }
    this.#lanes.delete(key);
  }

  async #sendOne({ move, done }: Waiting): Promise<void> {
    try {
      done.resolve(await this.#send(move));
    } catch (error) {
      done.reject(error);
    }
  }
}
