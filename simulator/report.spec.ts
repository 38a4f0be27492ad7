import { expect, test } from "vitest";
import { offenders, progressLine, summary } from "./report.ts";

const totals = {
  gateways: 12,
  connected: 11,
  sent: 100,
  resent: 2,
  acknowledged: 99,
  deltas: 7,
  fulls: 1,
  reconnects: 3,
  refused: 0,
  malformed: 0,
};
const patches = { ok: 5, failed: 1, lastError: undefined };
const verdicts = Array.from({ length: 12 }, (_, n) => ({
  gatewayId: `g${n}`,
  converged: false,
  lost: 1,
  differences: ["not connected"],
}));

test("progress is one line", () => {
  expect(progressLine("running", totals, patches)).toBe(
    "running: 11/12 connected | reports 100 sent 99 acknowledged | deltas 8 | reconnects 3 | patches 5 ok 1 failed",
  );
});

test("the summary has a row for each number; those of a replay only after one", () => {
  const table = summary(totals, patches, verdicts, undefined);
  expect(table).toMatch(/^gateways +12$/m);
  expect(table).toMatch(/^converged +0$/m);
  expect(table).toMatch(/^lost +12$/m);
  expect(table).not.toContain("malformed lines");
  expect(summary(totals, patches, verdicts, { readings: 4, malformed: 2 })).toMatch(/^malformed lines +2$/m);
});

test("the first ten offenders are named", () => {
  const lines = offenders(verdicts).split("\n");
  expect(lines).toHaveLength(11);
  expect(lines[0]).toBe("g0 (lost 1): not connected");
  expect(lines[10]).toBe("... and 2 more");
  expect(offenders([])).toBe("");
});
