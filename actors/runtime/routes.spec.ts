import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { type Route, Routes } from "./routes.ts";

let routes: Routes;
beforeEach(() => {
  routes = new Routes();
});

test("nothing is known at first, and each type and partition is known by itself", () => {
  expect(routes.ownerOf("twin", 1)).toBeUndefined();
  routes.learn("twin", 1, { owner: "a", epoch: 3 });
  expect(routes.ownerOf("twin", 1)).toBe("a");
  expect(routes.ownerOf("twin", 2)).toBeUndefined();
  expect(routes.ownerOf("slot", 1)).toBeUndefined();
});

test("a partition that was given back has no owner, but its epoch is known", () => {
  routes.learn("twin", 1, { owner: "a", epoch: 3 });
  routes.learn("twin", 1, { owner: null, epoch: 3 });
  expect(routes.ownerOf("twin", 1)).toBeUndefined();
  expect(routes.routeOf("twin", 1)).toEqual({ owner: null, epoch: 3 });
});

test("an older epoch, and the owner of before the release, are ignored", () => {
  routes.learn("twin", 1, { owner: "b", epoch: 4 });
  routes.learn("twin", 1, { owner: "a", epoch: 3 });
  expect(routes.ownerOf("twin", 1)).toBe("b");
  routes.learn("twin", 1, { owner: null, epoch: 4 });
  routes.learn("twin", 1, { owner: "b", epoch: 4 });
  expect(routes.ownerOf("twin", 1)).toBeUndefined();
});

test("whatever the order of the news, the newest wins", () => {
  const history: Route[] = [1, 2, 3, 4].flatMap((epoch) => [
    { owner: `node-${epoch}`, epoch },
    { owner: null, epoch },
  ]);
  const law = fc.property(
    fc.shuffledSubarray(history, { minLength: 1 }),
    fc.array(fc.constantFrom(...history)),
    (some, copies) => {
      const learnt = new Routes();
      const news = [...some, ...copies];
      for (const route of news) learnt.learn("twin", 0, route);
      const newest = news.reduce((best, each) =>
        history.indexOf(each) > history.indexOf(best) ? each : best,
      );
      expect(learnt.routeOf("twin", 0)).toEqual(newest);
    },
  );
  fc.assert(law);
});

test("listeners hear of changes once per turn, of nothing else, and not after they left", async () => {
  let heard = 0;
  const leave = routes.onChange(() => {
    heard += 1;
  });
  for (const partition of [1, 2, 3]) routes.learn("twin", partition, { owner: "a", epoch: 1 });
  expect(heard).toBe(0);
  await Promise.resolve();
  expect(heard).toBe(1);
  routes.learn("twin", 1, { owner: "a", epoch: 1 });
  await Promise.resolve();
  expect(heard).toBe(1);
  leave();
  routes.learn("twin", 1, { owner: "b", epoch: 2 });
  await Promise.resolve();
  expect(heard).toBe(1);
});
