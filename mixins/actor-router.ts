import { DomainError, type ErrorValue } from "../actors/contracts/errors.ts";
import type { Outcome } from "../actors/runtime/actor.ts";
import { partitionOf } from "../actors/runtime/partition-map.ts";
import type { Route, Routes } from "../actors/runtime/routes.ts";
import { type CallFailure, failureOfOutcome, failureOfThrown } from "./call-failure.ts";
import type { AskWatch } from "./metrics/watched-asks.ts";
import { learnOwnerHint } from "./owner-hint.ts";

const MAX_PER_CALL = 256;
const DEADLINE_MS = 10_000;
const TRY_TIMEOUT_MS = 3000;
const MIN_PAUSE_MS = 10;
const MAX_PAUSE_MS = 250;
/** All callers together ask no oftener for the routes. */
const REFRESH_MS = 50;

type ActorRouterOptions = {
  readonly type: string;
  readonly partitionCount: number;
  readonly routes: Routes;
  /** Looks for the routes now, and tells of its own failures; what it finds is learnt by `routes`. */
  readonly refresh: () => Promise<void>;
  /** Told of what asking led to. */
  readonly watch?: AskWatch;
};

/** Asks the actor at that node. Made again with the same arguments, it must not do the same thing twice. */
type Attempt<Reply> = (nodeId: string, timeoutMs: number) => Promise<Outcome<Reply>>;

/** One outcome per entry, in order. It may answer the first entries only, to be asked for the rest again. */
type AttemptMany<Entry, Reply> = (
  nodeId: string,
  entries: readonly Entry[],
  timeoutMs: number,
) => Promise<readonly Outcome<Reply>[]>;

type Addressed = { readonly actorId: string };

/** One entry on its way to an outcome. */
type Errand<Entry> = {
  readonly entry: Entry;
  readonly index: number;
  readonly partition: number;
  /** By which it was last called, or could not be. */
  route: Route | undefined;
  failures: number;
  error: ErrorValue | undefined;
  mayBeDone: boolean;
};

type Job<Entry, Reply> = {
  readonly attempt: AttemptMany<Entry, Reply>;
  readonly deadline: number;
  readonly seconds: number;
  readonly outcomes: Outcome<Reply>[];
  /** Entries that nobody answered in time. */
  failed: number;
};

/**
 * The way to the owners of the actors of one type: calls who is believed to own the actor, and tries again with the
 * same arguments while that turns out to be wrong, until the deadline.
 */
export class ActorRouter {
  readonly #options: ActorRouterOptions;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ActorRouterOptions) {
    this.#options = options;
  }

  ownerOf(actorId: string): string | undefined {
    return this.#options.routes.ownerOf(this.#options.type, this.#partitionOf(actorId));
  }

  /** At the deadline the outcome is 504 when a call may have been carried out all the same, else 503. */
  async ask<Reply>(actorId: string, attempt: Attempt<Reply>, deadlineMs?: number): Promise<Outcome<Reply>> {
    const attemptOne: AttemptMany<Addressed, Reply> = async (nodeId, _, timeoutMs) => [
      await attempt(nodeId, timeoutMs),
    ];
    const [outcome] = await this.askMany([{ actorId }], attemptOne, deadlineMs);
    if (!outcome) throw new Error("one entry has one outcome");
    return outcome;
  }

  /** In calls of at most 256 entries per owner; outcomes in the order of the entries. */
  async askMany<Entry extends Addressed, Reply>(
    entries: readonly Entry[],
    attempt: AttemptMany<Entry, Reply>,
    deadlineMs = DEADLINE_MS,
  ): Promise<Outcome<Reply>[]> {
    const start = performance.now();
    const deadline = start + deadlineMs;
    const job: Job<Entry, Reply> = { attempt, deadline, seconds: deadlineMs / 1000, outcomes: [], failed: 0 };
    const errands = entries.map((entry, index) => this.#errand(entry, index));
    await this.#run(job, errands);
    this.#options.watch?.ended(job.outcomes, job.failed, performance.now() - start);
    return job.outcomes;
  }

  #partitionOf(actorId: string): number {
    return partitionOf(actorId, this.#options.partitionCount);
  }

  #errand<Entry extends Addressed>(entry: Entry, index: number): Errand<Entry> {
    const partition = this.#partitionOf(entry.actorId);
    return { entry, index, partition, route: undefined, failures: 0, error: undefined, mayBeDone: false };
  }

  /** Each owner's errands go on by themselves: a slow owner holds up nobody else's. */
  async #run<Entry, Reply>(job: Job<Entry, Reply>, errands: readonly Errand<Entry>[]): Promise<void> {
    for (const errand of errands) errand.route = this.#routeOf(errand);
    // Nearly all requests are for one actor.
    if (errands.length === 1) return this.#runChunk(job, errands);
    const groups = Map.groupBy(errands, ({ route }) => route?.owner);
    const chunks = [...groups.values()].flatMap(chunksOf);
    await Promise.all(chunks.map((chunk) => this.#runChunk(job, chunk)));
  }

  /** All of one owner. */
  async #runChunk<Entry, Reply>(job: Job<Entry, Reply>, errands: readonly Errand<Entry>[]): Promise<void> {
    const owner = errands[0]?.route?.owner;
    const left = owner ? await this.#call(job, owner, errands) : this.#failAll(errands, { mayBeDone: false });
    if (left.length > 0) await this.#again(job, left);
  }

  /** Returns those without a final outcome. */
  async #call<Entry, Reply>(
    job: Job<Entry, Reply>,
    nodeId: string,
    errands: readonly Errand<Entry>[],
  ): Promise<readonly Errand<Entry>[]> {
    const timeoutMs = Math.max(1, Math.min(TRY_TIMEOUT_MS, job.deadline - performance.now()));
    const entries = errands.map(({ entry }) => entry);
    try {
      const outcomes = await inTime(job.attempt(nodeId, entries, timeoutMs), timeoutMs);
      return outcomes ? this.#settle(job, errands, outcomes) : this.#failAll(errands, { mayBeDone: true });
    } catch (error) {
      const failure = failureOfThrown(error);
      if (failure) return this.#failAll(errands, failure);
      if (!(error instanceof DomainError)) throw error;
      for (const { index } of errands) job.outcomes[index] = { ok: false, error: error.toValue() };
      return [];
    }
  }

  #settle<Entry, Reply>(
    job: Job<Entry, Reply>,
    errands: readonly Errand<Entry>[],
    outcomes: readonly Outcome<Reply>[],
  ): readonly Errand<Entry>[] {
    const failed: Errand<Entry>[] = [];
    for (const [at, outcome] of outcomes.entries()) {
      const errand = errands[at];
      if (!errand) throw new Error(`${outcomes.length} outcomes for ${errands.length} entries`);
      const failure = outcome.ok ? undefined : failureOfOutcome(outcome.error);
      if (failure) failed.push(this.#fail(errand, failure));
      else job.outcomes[errand.index] = outcome;
    }
    const rest = errands.slice(outcomes.length);
    // With no progress at all the rest must wait like the others, else this would go round and round.
    if (failed.length === outcomes.length) this.#failAll(rest, { mayBeDone: false });
    else for (const errand of rest) errand.failures = 0;
    return [...failed, ...rest];
  }

  #failAll<Entry>(errands: readonly Errand<Entry>[], failure: CallFailure): readonly Errand<Entry>[] {
    return errands.map((errand) => this.#fail(errand, failure));
  }

  #fail<Entry>(errand: Errand<Entry>, { error, mayBeDone }: CallFailure): Errand<Entry> {
    errand.failures += 1;
    errand.error = error;
    errand.mayBeDone ||= mayBeDone;
    // Who is asked in vain may know better.
    if (error) learnOwnerHint(error, this.#options.routes);
    return errand;
  }

  async #again<Entry, Reply>(job: Job<Entry, Reply>, errands: readonly Errand<Entry>[]): Promise<void> {
    if (performance.now() < job.deadline) await this.#pause(job, errands);
    if (performance.now() < job.deadline) {
      this.#noteRetries(errands);
      return this.#run(job, errands);
    }
    job.failed += errands.length;
    for (const errand of errands)
      job.outcomes[errand.index] = { ok: false, error: this.#lastError(job, errand) };
  }

  /** What did not fit into the last reply is only asked for on. */
  #noteRetries<Entry>(errands: readonly Errand<Entry>[]): void {
    for (const { failures, error, mayBeDone } of errands)
      if (failures > 0) this.#options.watch?.retried(error?.type ?? (mayBeDone ? "TIMEOUT" : "NO_OWNER"));
  }

  #lastError<Entry, Reply>({ seconds }: Job<Entry, Reply>, { error, mayBeDone }: Errand<Entry>): ErrorValue {
    if (mayBeDone) return new DomainError("DEADLINE_EXCEEDED", { seconds }).toValue();
    return error ?? new DomainError("SERVICE_UNAVAILABLE", { service: this.#options.type }).toValue();
  }

  /** Until one of the routes is another one than that tried, but not for ever: routes are hints. */
  #pause<Entry, Reply>(job: Job<Entry, Reply>, errands: readonly Errand<Entry>[]): Promise<void> {
    const failures = Math.min(...errands.map((errand) => errand.failures));
    const hasNews = () => errands.some((errand) => errand.route !== this.#routeOf(errand));
    if (failures === 0 || hasNews()) return Promise.resolve();
    this.#refresh();
    const pauseMs = Math.min(
      MIN_PAUSE_MS * 2 ** (failures - 1),
      MAX_PAUSE_MS,
      job.deadline - performance.now(),
    );
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        leave();
        resolve();
      };
      const timer = setTimeout(end, pauseMs);
      const leave = this.#options.routes.onChange(() => hasNews() && end());
    });
  }

  #routeOf({ partition }: { readonly partition: number }): Route | undefined {
    return this.#options.routes.routeOf(this.#options.type, partition);
  }

  #refresh(): void {
    const now = performance.now();
    if (now - this.#refreshedAt < REFRESH_MS) return;
    this.#refreshedAt = now;
    void this.#options.refresh();
  }
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / MAX_PER_CALL);
  return Array.from({ length: count }, (_, at) => items.slice(at * MAX_PER_CALL, (at + 1) * MAX_PER_CALL));
}

/** Undefined when it takes longer. */
function inTime<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, timeoutMs, undefined);
    void promise.then(resolve, reject).then(() => clearTimeout(timer));
  });
}
