import { describe, expect, test } from "vitest";
import { type Answer, jsonAnswer } from "./answer.ts";
import { idempotency, type KeptAnswer } from "./idempotency.ts";

function memoryStore() {
  const kept = new Map<string, KeptAnswer>();
  return {
    kept,
    load: async (id: string) => kept.get(id),
    save: async (id: string, _key: string, answer: KeptAnswer) => void kept.set(id, answer),
  };
}

function counting(status = 200) {
  let runs = 0;
  const perform = async (): Promise<Answer> => jsonAnswer(status, { run: ++runs });
  return { perform, runs: () => runs };
}

describe("idempotency", () => {
  test("runs the first request and gives its answer to the others", async () => {
    const { once } = idempotency(memoryStore());
    const { perform, runs } = counting();
    const first = await once("admin", "key", "same", perform);
    expect(await once("admin", "key", "same", perform)).toEqual(first);
    expect(runs()).toBe(1);
  });

  test("lets requests at the same time wait for the first", async () => {
    const { once } = idempotency(memoryStore());
    const { perform, runs } = counting();
    const answers = await Promise.all([1, 2, 3].map(() => once("admin", "key", "same", perform)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(runs()).toBe(1);
  });

  test("refuses the key for another request, running or done", async () => {
    const { once } = idempotency(memoryStore());
    const { perform } = counting();
    const first = once("admin", "key", "one", perform);
    await expect(once("admin", "key", "two", perform)).rejects.toThrow("Idempotency-Key");
    await first;
    await expect(once("admin", "key", "two", perform)).rejects.toThrow("Idempotency-Key");
  });

  test("is each principal's own", async () => {
    const { once } = idempotency(memoryStore());
    const { perform, runs } = counting();
    await once("a", "bc", "same", perform);
    await once("ab", "c", "same", perform);
    expect(runs()).toBe(2);
  });

  test.each([401, 403, 429, 500, 503, 504])("does not keep an answer %i", async (status) => {
    const { once } = idempotency(memoryStore());
    const { perform, runs } = counting(status);
    await once("admin", "key", "same", perform);
    await once("admin", "key", "same", perform);
    expect(runs()).toBe(2);
  });

  test("forgets what failed without an answer", async () => {
    const { once } = idempotency(memoryStore());
    const failing = () => Promise.reject(new Error("broken"));
    await expect(once("admin", "key", "same", failing)).rejects.toThrow("broken");
    const { perform } = counting();
    expect((await once("admin", "key", "same", perform)).status).toBe(200);
  });
});
