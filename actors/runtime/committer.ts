import { setTimeout as delay } from "node:timers/promises";
import { type CommitTarget, PartitionBatch } from "./commit-batch.ts";
import type { ActorStore, CommitRow, Log } from "./ports.ts";
import { type ActorSpans, NO_SPANS, type Span } from "./spans.ts";

/** The batches of each partition, in order; only the last of them may not be full. */
type Gathered = Map<CommitTarget, PartitionBatch[]>;

/** Called with what is committed, before anybody is told; a promise is waited for. */
type AfterCommit = (rows: readonly CommitRow[]) => Promise<unknown> | undefined;

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;

/**
 * Group commit of a node: one statement at a time for all its partitions. With nothing in flight a change is
 * committed at once; while a commit runs the next ones gather. A store that fails is tried again with the same
 * rows, for ever: until then nobody gets an answer, and full queues push back.
 */
export class Committer {
  readonly #store: Pick<ActorStore, "commit">;
  readonly #log: Log;
  readonly #afterCommit: AfterCommit;
  readonly #spans: ActorSpans;
  readonly #gathered: Gathered = new Map();
  #committing: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;
  #problem: string | undefined;
  #commits = 0;

  constructor(
    store: Pick<ActorStore, "commit">,
    log: Log,
    afterCommit: AfterCommit = () => undefined,
    spans: ActorSpans = NO_SPANS,
  ) {
    this.#store = store;
    this.#log = log;
    this.#afterCommit = afterCommit;
    this.#spans = spans;
  }

  /** Why nothing can be committed now; undefined when all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Statements since the start. */
  get commits(): number {
    return this.#commits;
  }

  /** The gathering batch of the partition; asking for it causes a commit soon. */
  batchOf(target: CommitTarget): PartitionBatch {
    const batches = this.#gathered.get(target);
    const last = batches?.at(-1);
    if (last && !last.isFull) return last;
    const batch = new PartitionBatch(target);
    if (batches) batches.push(batch);
    else this.#gathered.set(target, [batch]);
    this.#running ??= this.#run();
    return batch;
  }

  /** Nobody may commit for this partition any more: what has gathered is refused. */
  discard(target: CommitTarget): void {
    const batches = this.#gathered.get(target) ?? [];
    this.#gathered.delete(target);
    for (const batch of batches) batch.fail();
  }

  /** Resolves when everything gathered for the partition until now is decided. */
  async flushed(target: CommitTarget): Promise<void> {
    await this.#committing;
    while (this.#gathered.has(target)) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#committing;
    }
  }

  /** Resolves when everything gathered until now is decided. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // Messages that arrive in the same turn of the event loop belong into the same commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#gathered.size > 0) {
      this.#committing = this.#commit(this.#take());
      await this.#committing;
    }
    this.#running = undefined;
  }

  /** One batch of each partition: the next one's position is known only when this one is committed. */
  #take(): PartitionBatch[] {
    return Array.from(this.#gathered, ([target, batches]) => {
      const [first, ...rest] = batches;
      if (rest.length > 0) this.#gathered.set(target, rest);
      else this.#gathered.delete(target);
      return first;
    }).filter((batch) => batch !== undefined);
  }

  async #commit(batches: readonly PartitionBatch[]): Promise<void> {
    const rows = batches.map((batch) => batch.toRow());
    const spans = batches.some(isTraced) ? this.#startSpans(batches) : undefined;
    const refused = new Set(await this.#untilDecided(rows));
    for (const { span, at } of spans ?? [])
      span.end(refused.has(rows[at] as CommitRow) ? "NOT_OWNER" : undefined);
    const pending = this.#afterCommit(refused.size === 0 ? rows : rows.filter((row) => !refused.has(row)));
    if (pending) await pending;
    for (const [index, batch] of batches.entries()) {
      const row = rows[index] as CommitRow;
      if (refused.has(row)) {
        this.#log.warn("the store has refused a commit: somebody else writes this partition; it is dropped", {
          "actor.type": row.type,
          "actor.partition": row.partition,
          "actor.position": row.pos,
        });
        batch.target.onFenced();
        batch.fail();
      } else batch.succeed(row);
    }
  }

  /** Each traced change has one of its own, of the statement that it shares with others. */
  #startSpans(batches: readonly PartitionBatch[]): { readonly span: Span; readonly at: number }[] {
    const changes = batches.reduce((sum, batch) => sum + batch.changes.length, 0);
    return batches.flatMap(({ target: { type }, traces = [] }, at) =>
      traces.map((trace) => ({
        at,
        span: this.#spans.commit(trace, { type, rows: batches.length, changes }),
      })),
    );
  }

  async #untilDecided(rows: readonly CommitRow[]): Promise<readonly CommitRow[]> {
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        const refused = await this.#store.commit(rows);
        this.#commits += 1;
        if (this.#problem) this.#log.info("the store takes commits again");
        this.#problem = undefined;
        return refused;
      } catch (error) {
        this.#report(error);
        await delay(wait);
      }
    }
  }

  #report(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (problem !== this.#problem)
      this.#log.error("the store refuses commits; nothing is acknowledged", { error });
    this.#problem = problem;
  }
}

function isTraced({ traces }: PartitionBatch): boolean {
  return traces !== undefined;
}
