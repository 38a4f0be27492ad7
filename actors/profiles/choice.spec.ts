import { expect, test } from "vitest";
import { isChosen } from "./choice.ts";

const ids = Array.from({ length: 10_000 }, (_, n) => `gw-${String(n).padStart(5, "0")}`);
const chosen = (profileId: string, percent: number) => ids.filter((id) => isChosen(profileId, id, percent));

test("no gateway at 0, all at 100, about so many between", () => {
  expect(chosen("p", 0)).toEqual([]);
  expect(chosen("p", 100)).toEqual(ids);
  for (const percent of [1, 10, 50, 90])
    expect(Math.abs(chosen("p", percent).length / 100 - percent)).toBeLessThan(2);
});

test("raising the percent only adds gateways", () => {
  for (let percent = 1; percent <= 100; percent += 9) {
    const more = new Set(chosen("p", percent));
    expect(chosen("p", percent - 1).every((id) => more.has(id))).toBe(true);
  }
});

test("each profile begins with gateways of its own", () => {
  const [first, second] = [new Set(chosen("first", 50)), chosen("second", 50)];
  const both = second.filter((id) => first.has(id)).length;
  expect(both).toBeGreaterThan(2300);
  expect(both).toBeLessThan(2700);
});
