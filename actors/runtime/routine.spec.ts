import { expect, test } from "vitest";
import type { Change } from "./ports.ts";
import { isRoutineRow } from "./routine.ts";

const type = { isRoutine: (event: unknown) => event === "usual" };
const change = (events: readonly unknown[]): Change => ({ actorId: "a", time: 1, events });
const rowOf = (...changes: Change[]) => ({ type: "twin", partition: 1, pos: 7, epoch: 1, changes });

test("a row is routine when all of its events are", () => {
  const usual = rowOf(change(["usual"]), change(["usual", "usual"]));
  expect(isRoutineRow(type, usual)).toBe(true);
  expect(isRoutineRow({}, usual)).toBe(false);
  expect(isRoutineRow(type, rowOf(change(["usual"]), change(["usual", "rare"])))).toBe(false);
});

test("dead letters and bare timers are no routine", () => {
  const deadLetter = { command: null, error: "broken" };
  expect(isRoutineRow(type, rowOf({ actorId: "a", time: 1, deadLetter }))).toBe(false);
  expect(isRoutineRow(type, rowOf({ actorId: "a", time: 1, timers: [{ name: "t", at: 2 }] }))).toBe(false);
});
