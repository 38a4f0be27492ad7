import { expect, test } from "vitest";
import { type Batch, RowBatcher } from "./row-batcher.ts";

/** A batcher whose batches stay on their way until they are let go. */
function held(maxItems: number) {
  const sent: number[][] = [];
  const onTheWay: PromiseWithResolvers<void>[] = [];
  const send = ({ items, done }: Batch<number>) => {
    const gate = Promise.withResolvers<void>();
    sent.push(items);
    onTheWay.push(gate);
    return gate.promise.then(done.resolve);
  };
  const batcher = new RowBatcher({ send, maxItems, maxBytes: 100 });
  const letGo = async () => {
    onTheWay.shift()?.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { batcher, sent, letGo };
}

test("what comes in one turn goes at once and together; the rest gathers while that is on its way", async () => {
  const { batcher, sent, letGo } = held(3);
  const first = Promise.all([batcher.add(1, 1), batcher.add(2, 1)]);
  await Promise.resolve();
  expect(sent).toEqual([[1, 2]]);
  for (const item of [3, 4, 5, 6]) void batcher.add(item, 1);
  expect(sent).toHaveLength(1);
  await letGo();
  await first;
  expect(sent.slice(1)).toEqual([[3, 4, 5]]);
  await letGo();
  expect(sent).toHaveLength(2);
  await batcher.stop();
});

test("a batch ends where its bytes would be too many", async () => {
  const { batcher, sent, letGo } = held(10);
  for (const bytes of [60, 60, 500, 1]) void batcher.add(bytes, bytes);
  await letGo();
  for (const _ of sent) await letGo();
  expect(sent).toEqual([[60], [60], [500]]);
  const stopped = batcher.stop();
  await letGo();
  await stopped;
});
