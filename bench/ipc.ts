import type { ChildProcess } from "node:child_process";

export type Calls = Record<string, { params: unknown; result: unknown }>;
type Handlers<C extends Calls> = {
  [K in keyof C]: (params: C[K]["params"]) => C[K]["result"] | Promise<C[K]["result"]>;
};

type Request = { id?: number; name: string; params: unknown };
type Result = { id: number; result?: unknown; error?: string };
type Answer = Result | { note: unknown };
type Pending = { resolve: (result: unknown) => void; reject: (error: Error) => void };

/** The parent's end of the channel to a child that runs `serve`. */
export class Peer<C extends Calls> {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #onNote: (note: unknown) => void = () => {};

  constructor(child: ChildProcess, label: string) {
    this.#child = child;
    child.on("message", (message) => this.#settle(message as Answer));
    child.once("exit", (code, signal) => this.#rejectAll(new Error(`${label} ended (${signal ?? code})`)));
  }

  async call<K extends keyof C & string>(name: K, params: C[K]["params"]): Promise<C[K]["result"]> {
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, name, params } satisfies Request);
    });
  }

  tell<K extends keyof C & string>(name: K, params: C[K]["params"]): void {
    this.#child.send({ name, params } satisfies Request);
  }

  onNote(listener: (note: unknown) => void): void {
    this.#onNote = listener;
  }

  #settle(answer: Answer): void {
    if ("note" in answer) this.#onNote(answer.note);
    else this.#finish(answer);
  }

  #finish(answer: Result): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.error === undefined) pending?.resolve(answer.result);
    else pending?.reject(new Error(answer.error));
  }

  #rejectAll(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}

/** The child's end: answers calls, and ends with its parent so that nothing is left behind. */
export function serve<C extends Calls>(handlers: Handlers<C>): void {
  process.on("message", async (message) => {
    const { id, name, params } = message as Request;
    const answer = await run(handlers, name, params);
    if (id !== undefined) process.send?.({ id, ...answer });
  });
  process.once("disconnect", () => process.exit(0));
}

async function run<C extends Calls>(handlers: Handlers<C>, name: string, params: unknown) {
  try {
    return { result: await handlers[name]?.(params) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

export function notify(note: unknown): void {
  process.send?.({ note });
}
