import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FloodGate, LINES, WINDOW_MS } from "./flood-gate.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function flood(gate: FloodGate, kind: string, count: number): string[] {
  const written: string[] = [];
  for (let n = 1; n <= count; n++)
    gate.pass(
      kind,
      (suppressed) => void written.push(suppressed > 0 ? `${n}, ${suppressed} left out` : `${n}`),
    );
  return written;
}

test("writes some of a kind at once, and at the end the last one with the number of the others", () => {
  const gate = new FloodGate();
  const written = flood(gate, "the store is away", 5000);
  const other = flood(gate, "something else", 1);
  expect([written.length, other]).toEqual([LINES, ["1"]]);
  vi.advanceTimersByTime(WINDOW_MS);
  expect(written.slice(LINES)).toEqual([`5000, ${5000 - LINES} left out`]);
  expect(flood(gate, "the store is away", 1)).toEqual(["1"]);
});

test("ids in messages do not get round it", () => {
  const gate = new FloodGate();
  let written = 0;
  for (let n = 0; n < 20_000; n++) gate.pass(`gateway ${n} failed`, () => void written++);
  expect(written).toBeLessThan(1000 + 2 * LINES);
});

test("tells at a stop what it has left out", () => {
  const gate = new FloodGate();
  const written = flood(gate, "the store is away", LINES + 3);
  gate.flush();
  expect(written.at(-1)).toBe(`${LINES + 3}, 3 left out`);
});
