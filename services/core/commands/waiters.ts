import type { CommandView } from "../../../actors/command/contract.ts";
import { gatewayIdOf } from "../../../actors/command/ids.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import { partitionOf } from "../../../actors/runtime/partition-map.ts";
import type { CommitRow } from "../../../actors/runtime/ports.ts";
import { finishedIn } from "./finished.ts";

const MAX_WAITERS = 50_000;

type Waiter = {
  /** How the command has ended; undefined when that has to be asked for again. */
  readonly ended: Promise<CommandView | undefined>;
  readonly leave: () => void;
};

type Waiting = { readonly commandId: string; readonly done: (view: CommandView | undefined) => void };

/** Those who wait on this node, the owner, for commands to end. */
export class Waiters {
  readonly #partitionCount: number;
  readonly #waiting = new Map<number, Set<Waiting>>();
  #count = 0;

  constructor(partitionCount: number) {
    this.#partitionCount = partitionCount;
  }

  get count(): number {
    return this.#count;
  }

  /** For at most so many milliseconds. */
  wait(commandId: string, ms: number): Waiter {
    if (this.#count >= MAX_WAITERS) throw new DomainError("OVERLOADED");
    const { promise, resolve } = Promise.withResolvers<CommandView | undefined>();
    const leave = this.#enter({ commandId, done: resolve });
    const timer = setTimeout(resolve, ms, undefined);
    const ended = promise.finally(() => {
      clearTimeout(timer);
      leave();
    });
    return { ended, leave: () => resolve(undefined) };
  }

  /** A row that this node has committed. */
  committed(row: CommitRow): void {
    const here = this.#waiting.get(row.partition);
    if (!here) return;
    const views = new Map(finishedIn([row]).map((view) => [view.id, view]));
    for (const { commandId, done } of here) {
      const view = views.get(commandId);
      if (view) done(view);
    }
  }

  /** The partition leaves this node: somebody else has to be asked. */
  release(partition: number): void {
    for (const { done } of this.#waiting.get(partition) ?? []) done(undefined);
  }

  #enter(waiting: Waiting): () => void {
    const partition = partitionOf(gatewayIdOf(waiting.commandId), this.#partitionCount);
    const here = this.#waiting.get(partition) ?? new Set();
    this.#waiting.set(partition, here.add(waiting));
    this.#count += 1;
    return () => {
      here.delete(waiting);
      this.#count -= 1;
      if (here.size === 0 && this.#waiting.get(partition) === here) this.#waiting.delete(partition);
    };
  }
}
