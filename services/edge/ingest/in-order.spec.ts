import { expect, test } from "vitest";
import { InOrder } from "./in-order.ts";

test("who is done early waits for those before", () => {
  const order = new InOrder();
  const released: string[] = [];
  const [first, second, third] = ["first", "second", "third"].map((name) =>
    order.add(10, () => released.push(name)),
  );
  if (!first || !second || !third) throw new Error("three turns were taken");
  order.done(second);
  expect([released, order.bytes]).toEqual([[], 30]);
  order.done(first);
  expect([released, order.bytes]).toEqual([["first", "second"], 10]);
  order.done(order.add(1, () => released.push("fourth")));
  order.done(third);
  expect([released, order.bytes]).toEqual([["first", "second", "third", "fourth"], 0]);
});
