import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answer, refused, setUpBatcher, texts, turn } from "../../../test/helpers/ingest-harness.ts";
import type { IngestOutcome } from "./ingest-batcher.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const moved = (owner = "two"): IngestOutcome => {
  const data = { type: "twin", partition: 3, owner, epoch: 9 };
  return { ok: false, error: { type: "NOT_OWNER", data } };
};

test("have calls of their own: one that does not answer holds up no other", async () => {
  const { calls, owners, submit, settled } = setUpBatcher({ batchMessages: 1, batchesInFlight: 2 });
  for (const id of ["a", "b", "c"]) owners.set(id, "dead");
  for (const id of ["a", "b", "c", "x", "y"]) submit(id, id);
  await turn();
  expect(calls.map(({ owner, messages }) => [owner, messages.length])).toEqual([
    ["dead", 1],
    ["dead", 1],
    ["one", 1],
    ["one", 1],
  ]);
  await answer(calls[2]);
  await answer(calls[3]);
  submit("z", "z");
  await turn();
  await answer(calls[4]);
  expect(settled).toEqual(["x", "y", "z"]);
});

test("that are not known yet are waited for, until the routes change or by and by", async () => {
  const { batcher, calls, owners, retries, submit } = setUpBatcher();
  owners.clear();
  submit("a", "a1");
  await vi.advanceTimersByTimeAsync(5000);
  submit("a", "a2");
  expect(calls).toEqual([]);
  expect(retries.length).toBeGreaterThan(5);
  expect(new Set(retries)).toEqual(new Set(["NO_OWNER"]));
  owners.set("a", "two");
  batcher.wake();
  await vi.advanceTimersByTimeAsync(15);
  expect([calls[0]?.owner, texts(calls[0])]).toEqual(["two", ["a1", "a2"]]);
  owners.set("b", "three");
  submit("b", "b1");
  await turn();
  owners.delete("b");
  calls[1]?.reject(new Error("gone"));
  await vi.advanceTimersByTimeAsync(2000);
  owners.set("b", "four");
  await vi.advanceTimersByTimeAsync(1100);
  expect(calls.map(({ owner }) => owner)).toEqual(["two", "three", "four"]);
});

test("that say they are not: it is learnt, and tried again within 50 ms however often others failed", async () => {
  const { calls, owners, learned, submit } = setUpBatcher();
  submit("a", "a1");
  await turn();
  for (let n = 0; n < 8; n++) {
    await answer(calls.at(-1), refused("OVERLOADED"));
    await vi.advanceTimersByTimeAsync(1100);
  }
  const { length } = calls;
  await answer(calls.at(-1), moved());
  expect(learned).toEqual([{ type: "twin", partition: 3, owner: "two", epoch: 9 }]);
  owners.set("a", "two");
  await vi.advanceTimersByTimeAsync(50);
  expect(calls.slice(length).map(({ owner }) => owner)).toEqual(["two"]);
});

test("that change take over what waits for the old one, in order and after its call", async () => {
  const { batcher, calls, owners, submit, settled } = setUpBatcher({ batchMessages: 1 });
  submit("a", "a1");
  await turn();
  submit("a", "a2");
  submit("b", "b1");
  submit("c", "c1");
  await turn();
  await answer(calls[1], refused("OVERLOADED"));
  for (const id of ["a", "b", "c"]) owners.set(id, "two");
  batcher.wake();
  await vi.advanceTimersByTimeAsync(15);
  expect(calls.slice(3).map(({ owner, messages }) => [owner, messages[0]?.gatewayId])).toEqual([
    ["two", "b"],
  ]);
  await answer(calls[0]);
  expect([calls[4]?.owner, texts(calls[4])]).toEqual(["two", ["a2"]]);
  for (const call of calls) await answer(call);
  expect(settled.toSorted()).toEqual(["a1", "a2", "b1", "c1"]);
});

test("that do not answer are left by what is ready for them", async () => {
  const { batcher, calls, owners, submit } = setUpBatcher();
  submit("a", "a1");
  await turn();
  submit("b", "b1");
  await turn();
  expect(calls).toHaveLength(1);
  owners.set("b", "two");
  batcher.wake();
  await vi.advanceTimersByTimeAsync(15);
  expect([calls[1]?.owner, texts(calls[1])]).toEqual(["two", ["b1"]]);
});
