import { DomainError, type ErrorValue } from "../contracts/errors.ts";
import type { Activation } from "./activation.ts";
import type { Partition } from "./partition.ts";
import type { ActorStore } from "./ports.ts";

const MAX_PER_SELECT = 500;

type LoaderHooks<State, Message> = {
  readonly ready: (partition: Partition<State, Message>, activation: Activation<State, Message>) => void;
  readonly failed: (
    partition: Partition<State, Message>,
    activation: Activation<State, Message>,
    error: ErrorValue,
  ) => void;
};

type Request<State, Message> = {
  readonly partition: Partition<State, Message>;
  readonly activation: Activation<State, Message>;
};

/** Batch activation: all actors that are missing in one turn of the event loop are loaded by one SELECT. */
export class Loader<State, Message> {
  readonly #store: Pick<ActorStore, "load">;
  readonly #typeName: string;
  readonly #hooks: LoaderHooks<State, Message>;
  #requests: Request<State, Message>[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(store: Pick<ActorStore, "load">, typeName: string, hooks: LoaderHooks<State, Message>) {
    this.#store = store;
    this.#typeName = typeName;
    this.#hooks = hooks;
  }

  request(partition: Partition<State, Message>, activation: Activation<State, Message>): void {
    if (this.#requests.length === 0) setImmediate(() => this.#start());
    this.#requests.push({ partition, activation });
  }

  /** Creates and loads activations before the partition is served. */
  async loadAll(partition: Partition<State, Message>, actorIds: ReadonlySet<string>): Promise<void> {
    const ids = [...actorIds];
    for (let at = 0; at < ids.length; at += MAX_PER_SELECT) {
      const part = ids.slice(at, at + MAX_PER_SELECT);
      const stored = await this.#load(part);
      for (const actorId of part) partition.activate(partition.create(actorId), stored.get(actorId));
    }
  }

  async settled(): Promise<void> {
    if (this.#requests.length > 0) this.#start();
    await Promise.all(this.#running);
  }

  #start(): void {
    const requests = this.#requests;
    this.#requests = [];
    for (let at = 0; at < requests.length; at += MAX_PER_SELECT) {
      const run = this.#activate(requests.slice(at, at + MAX_PER_SELECT)).finally(() =>
        this.#running.delete(run),
      );
      this.#running.add(run);
    }
  }

  async #activate(all: readonly Request<State, Message>[]): Promise<void> {
    const requests = all.filter(({ activation }) => activation.status === "creating");
    for (const { activation } of requests) activation.status = "activating";
    try {
      const stored = await this.#load(requests.map(({ activation }) => activation.actorId));
      for (const { partition, activation } of requests) {
        if (activation.status !== "activating") continue;
        partition.activate(activation, stored.get(activation.actorId));
        this.#hooks.ready(partition, activation);
      }
    } catch (error) {
      for (const { partition, activation } of requests) {
        if (activation.status !== "activating") continue;
        activation.status = "creating";
        this.#hooks.failed(partition, activation, storeUnavailable(error));
      }
    }
  }

  async #load(actorIds: readonly string[]) {
    const documents = await this.#store.load(this.#typeName, actorIds);
    return new Map(documents.map((document) => [document.actorId, document]));
  }
}

function storeUnavailable(error: unknown): ErrorValue {
  const problem = error instanceof Error ? error.message : String(error);
  return new DomainError("STORE_UNAVAILABLE", { problem }).toValue();
}
