import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { waitFor } from "../../test/helpers/wait-for.ts";
import { type Answer, jsonAnswer } from "./answer.ts";
import { type IdempotencyStore, idempotency, type KeptAnswer } from "./idempotency.ts";

const LEASE_MS = 60;

type Row = { kept: KeptAnswer; claim: string; until: number };

/** As the table of the database does it. */
function memoryStore(): IdempotencyStore & { readonly rows: ReadonlyMap<string, Row> } {
  const rows = new Map<string, Row>();
  const until = () => performance.now() + LEASE_MS;
  const own = (id: string, claim: string) => (rows.get(id)?.claim === claim ? rows.get(id) : undefined);
  const isRunning = ({ until }: Row) => until > performance.now();
  return {
    rows,
    leaseMs: LEASE_MS,
    async load({ id }) {
      const row = rows.get(id);
      return row && { ...row.kept, claim: row.claim, isRunning: isRunning(row) };
    },
    async claim({ id }, fingerprint, ended) {
      const row = rows.get(id);
      const isFree = row ? row.claim === ended && !row.kept.answer && !isRunning(row) : true;
      if (!isFree) return undefined;
      const claim = randomUUID();
      rows.set(id, { kept: { fingerprint }, claim, until: until() });
      return claim;
    },
    async renew({ id }, claim) {
      const row = own(id, claim);
      if (row) row.until = until();
    },
    async keep({ id }, claim, kept) {
      const row = own(id, claim);
      if (row) Object.assign(row, { kept, until: 0 });
    },
    async release({ id }, claim) {
      const row = own(id, claim);
      if (row) row.until = 0;
    },
  };
}

function counting(status = 200) {
  let runs = 0;
  const perform = async (): Promise<Answer> => jsonAnswer(status, { run: ++runs });
  return { perform, runs: () => runs };
}

describe("idempotency", () => {
  test("runs the first request and gives its answer to the others", async () => {
    const { once } = idempotency(memoryStore(), 1000);
    const { perform, runs } = counting();
    const first = await once("admin", "key", "same", perform);
    expect(await once("admin", "key", "same", perform)).toEqual(first);
    expect(runs()).toBe(1);
  });

  test("lets requests at the same time wait for the first", async () => {
    const { once } = idempotency(memoryStore(), 1000);
    const { perform, runs } = counting();
    const answers = await Promise.all([1, 2, 3].map(() => once("admin", "key", "same", perform)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(runs()).toBe(1);
  });

  test("refuses the key for another request, running or done", async () => {
    const { once } = idempotency(memoryStore(), 1000);
    const { perform } = counting();
    const first = once("admin", "key", "one", perform);
    await expect(once("admin", "key", "two", perform)).rejects.toThrow("Idempotency-Key");
    await first;
    await expect(once("admin", "key", "two", perform)).rejects.toThrow("Idempotency-Key");
  });

  test("is each principal's own", async () => {
    const { once } = idempotency(memoryStore(), 1000);
    const { perform, runs } = counting();
    await once("a", "bc", "same", perform);
    await once("ab", "c", "same", perform);
    expect(runs()).toBe(2);
  });

  test.each([401, 403, 429, 500, 503, 504])("does not keep an answer %i", async (status) => {
    const { once } = idempotency(memoryStore(), 1000);
    const { perform, runs } = counting(status);
    await once("admin", "key", "same", perform);
    await once("admin", "key", "same", perform);
    expect(runs()).toBe(2);
  });

  test("forgets what failed without an answer", async () => {
    const { once } = idempotency(memoryStore(), 1000);
    const failing = () => Promise.reject(new Error("broken"));
    await expect(once("admin", "key", "same", failing)).rejects.toThrow("broken");
    const { perform } = counting();
    expect((await once("admin", "key", "same", perform)).status).toBe(200);
  });
});

describe("idempotency on several nodes", () => {
  const nodes = (waitMs = 1000) => {
    const store = memoryStore();
    return { store, one: idempotency(store, waitMs), other: idempotency(store, waitMs) };
  };
  const slow = (ms: number) => {
    const counted = counting();
    const perform = () => delay(ms).then(counted.perform);
    return { ...counted, perform };
  };

  test("waits for the answer of another node, however long that takes", async () => {
    const { one, other } = nodes();
    const { perform, runs } = slow(3 * LEASE_MS);
    const answers = await Promise.all([one, other].map(({ once }) => once("admin", "key", "same", perform)));
    expect(answers[1]).toEqual(answers[0]);
    expect(runs()).toBe(1);
  });

  test("says so when there is no answer in time", async () => {
    const { one, other } = nodes(30);
    const { perform, runs } = slow(LEASE_MS);
    const first = one.once("admin", "key", "same", perform);
    const second = other.once("admin", "key", "same", perform);
    await expect(second).rejects.toMatchObject({ type: "IDEMPOTENCY_KEY_IN_USE", retryable: true });
    await first;
    expect(runs()).toBe(1);
  });

  test("refuses the key for another request while the first runs elsewhere", async () => {
    const { one, other } = nodes();
    const { perform } = slow(20);
    const first = one.once("admin", "key", "one", perform);
    await expect(other.once("admin", "key", "two", perform)).rejects.toThrow("another request");
    await first;
  });

  test("runs the request again when its node has died, but not before the claim has ended", async () => {
    const { store, other } = nodes();
    const { perform, runs } = counting();
    const dead = idempotency({ ...store, renew: never, keep: never }, 1000);
    const began = performance.now();
    void dead.once("admin", "key", "same", perform);
    expect((await other.once("admin", "key", "same", perform)).body).toBe('{"run":2}');
    expect(performance.now() - began).toBeGreaterThanOrEqual(LEASE_MS - 1);
    expect(runs()).toBe(2);
  });

  test("does not run again what may still go on, before the claim has ended", async () => {
    const { one, other } = nodes();
    const began = performance.now();
    const lost = () => Promise.reject(new DomainError("DEADLINE_EXCEEDED", { seconds: 1 }));
    await expect(one.once("admin", "key", "same", lost)).rejects.toThrow("outcome is not known");
    await other.once("admin", "key", "same", counting().perform);
    expect(performance.now() - began).toBeGreaterThanOrEqual(LEASE_MS - 1);
  });

  test("takes no claim that came too late to be sure of", async () => {
    const { store } = nodes();
    let isLate = true;
    const claim: IdempotencyStore["claim"] = async (...given) => {
      const claimed = await store.claim(...given);
      if (isLate) await delay(6 * LEASE_MS);
      isLate = false;
      return claimed;
    };
    const { perform, runs } = counting();
    const late = idempotency({ ...store, claim }, 1000).once("admin", "key", "same", perform);
    await waitFor("the claim", () => store.rows.size === 1);
    await Promise.all([late, idempotency(store, 1000).once("admin", "key", "same", perform)]);
    expect(runs()).toBe(1);
  });
});

function never(): Promise<never> {
  return new Promise(() => undefined);
}
