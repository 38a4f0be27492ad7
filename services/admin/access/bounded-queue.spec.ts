import { expect, test } from "vitest";
import { boundedQueue } from "./bounded-queue.ts";

test("runs a few, lets some wait in turn, refuses the rest and goes on", async () => {
  const inTurn = boundedQueue(2, 3);
  const order: number[] = [];
  const finishes: (() => void)[] = [];
  const works = Array.from({ length: 6 }, (_, index) =>
    inTurn(async () => {
      order.push(index);
      await new Promise<void>((resolve) => finishes.push(resolve));
      return index;
    }),
  );
  const settled = Promise.allSettled(works);
  await expect(works[5]).rejects.toThrow("Too much work");
  expect(order).toEqual([0, 1]);
  while (order.length < 5 || finishes.length > 0) {
    finishes.shift()?.();
    await Promise.resolve();
  }
  expect((await settled).map(({ status }) => status)).toEqual([...Array(5).fill("fulfilled"), "rejected"]);
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(await inTurn(async () => "again")).toBe("again");
});

test("what fails makes room, too", async () => {
  const inTurn = boundedQueue(1, 0);
  await expect(inTurn(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await inTurn(async () => 1)).toBe(1);
});
