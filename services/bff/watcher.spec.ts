import fc from "fast-check";
import { expect, test } from "vitest";
import type { JournalEvent } from "../../actors/contracts/journal.ts";
import { batchOf, type Page } from "./tailer.ts";
import { Watcher } from "./watcher.ts";

const eventAt = (seq: number): JournalEvent => ({
  id: `test-0-${seq}-0-0`,
  type: "test.happened",
  gatewayId: "gw-1",
  severity: "INFO",
  time: "2026-03-01T00:00:00.000Z",
  actor: "system",
  data: {},
});

/** A journal of events numbered from 1. */
class FakeJournal {
  last = 0;

  pageAfter(after: number, limit: number): Page {
    const end = Math.min(this.last, after + limit);
    const places = Array.from({ length: Math.max(0, end - after) }, (_, index) => after + 1 + index);
    return { events: places.map((seq) => ({ seq, event: eventAt(seq) })), seq: Math.max(end, after) };
  }
}

class FakeStream {
  readonly ids: number[] = [];
  readonly isOpen = true;
  isClogged = false;
  #drained = Promise.withResolvers<void>();

  write(text: string): void {
    this.ids.push(Number(/^id: (\d+)/.exec(text)?.[1]));
  }

  async drained(): Promise<void> {
    if (this.isClogged) await this.#drained.promise;
  }

  unclog(): void {
    this.isClogged = false;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
  }
}

/** A watcher, and everything that can happen to it. */
class Scene {
  readonly journal = new FakeJournal();
  readonly stream = new FakeStream();
  #tailed = 0;
  readonly watcher = new Watcher({
    stream: this.stream,
    view: { accepts: () => true, idOf: String },
    cursor: 0,
    read: async (afterSeq) => {
      const page = this.journal.pageAfter(afterSeq, 3);
      await this.turn();
      return page;
    },
    tailed: () => this.#tailed,
    refuse: (error) => expect.unreachable(error.message),
    warn: (message) => expect.unreachable(message),
  });

  append = () => {
    this.journal.last += 2;
  };
  clog = () => {
    this.stream.isClogged = true;
  };
  unclog = () => this.stream.unclog();
  turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  tailOn = () => this.#handOut(this.#tailed);
  tailAgain = () => this.#handOut(Math.max(0, this.#tailed - 2));
  tailFromEnd = () => this.#handOut(this.journal.last);

  #handOut(after: number): void {
    this.#tailed = this.journal.last;
    this.watcher.offer(batchOf(this.journal.pageAfter(after, this.journal.last), after));
  }
}

const STEPS = ["append", "clog", "unclog", "turn", "tailOn", "tailAgain", "tailFromEnd"] as const;

test("whatever the tailer hands out and however slow the client is: all events once, in order", async () => {
  const scenarios = fc.array(fc.constantFrom(...STEPS), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(scenarios, async (steps) => {
      const scene = new Scene();
      void scene.watcher.catchUp();
      for (const step of steps) await scene[step]();
      scene.unclog();
      scene.tailFromEnd();
      const { journal, stream } = scene;
      for (let turns = 0; turns <= journal.last + 3; turns++) await scene.turn();
      expect(stream.ids).toEqual(Array.from({ length: journal.last }, (_, index) => index + 1));
    }),
  );
});
