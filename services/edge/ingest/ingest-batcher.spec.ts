import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answer, ok, refused, setUpBatcher, texts, turn } from "../../../test/helpers/ingest-harness.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("grouping", () => {
  test("sends what one turn brought at once, and gathers while that is in flight", async () => {
    const { calls, submit, settled } = setUpBatcher();
    submit("a", "a1");
    submit("b", "b1");
    await turn();
    expect(texts(calls[0])).toEqual(["a1", "b1"]);
    submit("c", "c1");
    await turn();
    submit("d", "d1");
    await turn();
    expect(calls).toHaveLength(1);
    await answer(calls[0]);
    expect(settled).toEqual(["a1", "b1"]);
    expect(texts(calls[1])).toEqual(["c1", "d1"]);
  });

  test("sends a second batch when it is full, but no more than may be in flight", async () => {
    const { calls, submit } = setUpBatcher({ batchMessages: 2, batchesInFlight: 2 });
    for (const id of ["a", "b", "c", "d", "e", "f"]) submit(id, id);
    await turn();
    expect(calls.map(texts)).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    await answer(calls[1]);
    expect(texts(calls[2])).toEqual(["e", "f"]);
  });

  test("keeps to the bytes of a batch, but takes any single message", async () => {
    const { calls, submit } = setUpBatcher({ batchBytes: 10, batchesInFlight: 9 });
    for (const size of [6, 4, 1, 30, 3]) submit(`g${size}`, "x".repeat(size));
    await turn();
    expect(calls.map((call) => texts(call).map(({ length }) => length))).toEqual([[6, 4], [1], [30]]);
  });

  test("has a gateway in one call at a time", async () => {
    const { calls, submit } = setUpBatcher({ batchMessages: 2, batchesInFlight: 2 });
    for (const text of ["a1", "a2", "a3", "a4"]) submit("a", text);
    await turn();
    expect(calls.map(texts)).toEqual([["a1", "a2"]]);
    await answer(calls[0]);
    expect(texts(calls[1])).toEqual(["a3", "a4"]);
  });
});

describe("retries", () => {
  test("go before what came later from that gateway, and hold up no other", async () => {
    const { calls, submit, settled } = setUpBatcher();
    for (const text of ["a1", "a2", "a3"]) submit("a", text);
    submit("b", "b1");
    await turn();
    submit("a", "a4");
    submit("b", "b2");
    await answer(calls[0], ok, refused("OVERLOADED"), refused("OVERLOADED"), ok);
    expect(settled).toEqual(["a1", "b1"]);
    expect(texts(calls[1])).toEqual(["b2"]);
    await answer(calls[1]);
    await vi.advanceTimersByTimeAsync(25);
    expect(texts(calls[2])).toEqual(["a2", "a3", "a4"]);
  });

  test("wait longer each time, up to a second, for as long as it takes", async () => {
    const { calls, submit, settled } = setUpBatcher();
    submit("a", "a1");
    await turn();
    for (const delay of [20, 40, 80, 160, 320, 640, 1000, 1000]) {
      const { length } = calls;
      calls.at(-1)?.reject(new Error("no answer"));
      await vi.advanceTimersByTimeAsync(delay - 2);
      expect(calls).toHaveLength(length);
      await vi.advanceTimersByTimeAsync(5);
      expect(calls).toHaveLength(length + 1);
    }
    await answer(calls.at(-1));
    expect(settled).toEqual(["a1"]);
  });

  test("are for errors that may pass; others are final", async () => {
    const { calls, submit, settled, retries } = setUpBatcher();
    for (const id of ["a", "b", "c"]) submit(id, id);
    await turn();
    await answer(calls[0], refused("NOT_AN_OBJECT"), refused("STORE_UNAVAILABLE"), refused("INTERNAL"));
    expect(settled).toEqual(["a refused", "c refused"]);
    expect(retries).toEqual(["STORE_UNAVAILABLE"]);
  });

  test("follow an answer that does not fit the call", async () => {
    const { calls, submit, settled, retries } = setUpBatcher();
    submit("a", "a1");
    await turn();
    await answer(calls[0], ok, ok);
    expect(settled).toEqual([]);
    expect(retries).toEqual(["CALL_FAILED"]);
  });

  test("end with the connection", async () => {
    const { batcher, calls, submit, settled } = setUpBatcher();
    const link = { isClosed: false };
    submit("a", "a1", link);
    await turn();
    submit("a", "a2", link);
    link.isClosed = true;
    batcher.purge("a");
    calls[0]?.reject(new Error("no answer"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(calls).toHaveLength(1);
    expect(settled).toEqual([]);
    expect(batcher.waiting).toBe(0);
  });
});

describe("bounds", () => {
  test("tell when it is full, and when there is room again", async () => {
    const { batcher, calls, submit, rooms } = setUpBatcher({ waitingMessages: 3 });
    for (const id of ["a", "b"]) submit(id, id);
    expect(batcher.isFull).toBe(false);
    submit("c", "c");
    expect(batcher.isFull).toBe(true);
    await turn();
    await answer(calls[0], ok, ok, refused("OVERLOADED"));
    expect([batcher.isFull, rooms()]).toEqual([false, 1]);
  });
});

describe("closing", () => {
  test("waits for the calls in flight and sends nothing more", async () => {
    const { batcher, calls, submit, settled } = setUpBatcher();
    submit("a", "a1");
    await turn();
    submit("b", "b1");
    let isClosed = false;
    void batcher.close().then(() => {
      isClosed = true;
    });
    await turn();
    expect(isClosed).toBe(false);
    await answer(calls[0]);
    await vi.advanceTimersByTimeAsync(5000);
    expect([isClosed, calls.length, settled]).toEqual([true, 1, ["a1"]]);
  });
});

test("what comes after a failed message is sent again with it, also when it was applied", async () => {
  const { calls, submit, settled } = setUpBatcher();
  for (const text of ["a1", "a2", "a3"]) submit("a", text);
  await turn();
  await answer(calls[0], ok, refused("OVERLOADED"), ok);
  expect(settled).toEqual(["a1"]);
  await vi.advanceTimersByTimeAsync(25);
  expect(texts(calls[1])).toEqual(["a2", "a3"]);
  await answer(calls[1]);
  expect(settled).toEqual(["a1", "a2", "a3"]);
});
