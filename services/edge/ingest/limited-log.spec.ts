import { expect, test } from "vitest";
import { LimitedLog } from "./limited-log.ts";

test("writes a few lines a second, and then how many it left out", () => {
  let now = 10_000;
  const lines: string[] = [];
  const log = new LimitedLog({ warn: (line) => lines.push(line) }, () => now);
  for (let n = 1; n <= 10; n++) log.warn(`${n}`);
  expect(lines).toEqual(["1", "2", "3"]);
  now += 1000;
  log.warn("11");
  expect(lines.slice(3)).toEqual(["7 similar lines were left out", "11"]);
});
