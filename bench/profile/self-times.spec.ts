import type { Profiler } from "node:inspector";
import { expect, it } from "vitest";
import { flameTree, functionName, idleShare, packageName, selfTimesBy } from "./self-times.ts";

const ROOT = new URL("../../", import.meta.url).href;
const node = (id: number, functionName: string, url = "", children: number[] = []): Profiler.ProfileNode => ({
  id,
  callFrame: { functionName, scriptId: "0", url, lineNumber: 9, columnNumber: 0 },
  children,
});

const PROFILE: Profiler.Profile = {
  nodes: [
    node(1, "(root)", "", [2, 3, 4]),
    node(2, "(idle)"),
    node(3, "commit", `${ROOT}actors/runtime/committer.ts`, [5]),
    node(4, "(garbage collector)"),
    node(5, "query", `${ROOT}node_modules/sequelize/lib/sequelize.js`),
  ],
  startTime: 0,
  endTime: 1000,
  samples: [2, 3, 5, 5, 4],
  timeDeltas: [0, 500, 100, 200, 200, 0],
};

it("gives each function its own time, of that which was not idle", () => {
  expect(idleShare(PROFILE)).toBe(0.5);
  expect(selfTimesBy(PROFILE, functionName).filter(({ share }) => share > 0)).toEqual([
    { name: "query sequelize/lib/sequelize.js:10", share: 0.8 },
    { name: "commit actors/runtime/committer.ts:10", share: 0.2 },
  ]);
  expect(selfTimesBy(PROFILE, packageName)[0]).toEqual({ name: "sequelize", share: 0.8 });
});

it("draws callers below what they call, with the time of both, and without idleness", () => {
  const query = { name: "query sequelize/lib/sequelize.js:10", value: 400, children: [] };
  const commit = { name: "commit actors/runtime/committer.ts:10", value: 500, children: [query] };
  expect(flameTree(PROFILE)).toEqual({ name: "(root)", value: 500, children: [commit] });
});
