import { expect, test } from "vitest";
import { answer, create, GATEWAY, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";
import { nested } from "../../../test/helpers/twin-builders.ts";

function asked(): CommandWorld {
  const world = new CommandWorld();
  world.tell(create("r"));
  return world;
}

test.each([
  [{ result: { n: 1 } }, { state: "SUCCEEDED", result: { n: 1 } }],
  [{ result: 0 }, { state: "SUCCEEDED", result: 0 }],
  [{ result: null }, { state: "SUCCEEDED", result: null }],
  [{ result: Number.POSITIVE_INFINITY }, { state: "FAILED", error: { code: "NUMBER_TOO_LARGE" } }],
  [{}, { state: "SUCCEEDED" }],
  [{ error: { code: 7, message: "no" } }, { state: "FAILED", error: { code: 7, message: "no" } }],
  [{ result: { text: "x".repeat(65_536) } }, { state: "FAILED", error: { code: "RESULT_TOO_LARGE" } }],
  [{ result: nested(17) }, { state: "FAILED", error: { code: "TOO_DEEP" } }],
  [{ result: { text: "\ud800" } }, { state: "FAILED", error: { code: "INVALID_ARGUMENT" } }],
])("answered with %j it ends", (given, ended) => {
  const world = asked();
  world.pass(100);
  expect(world.tell(answer("r", given))).toEqual({ ok: true, reply: "recorded" });
  expect(world.events.at(-1)).toMatchObject({
    type: "command.finished",
    by: `gateway:${GATEWAY}`,
    createTime: world.now - 100,
    ...ended,
  });
  expect(world.timers).toEqual({});
});

test("a result that is nested without end is no fault of ours", () => {
  const world = asked();
  expect(world.tell(answer("r", { result: nested(50_000) }))).toEqual({ ok: true, reply: "recorded" });
  expect(world.events.at(-1)).toMatchObject({ error: { code: "TOO_DEEP" } });
});

test("a second answer, and one after the end, change nothing", () => {
  const world = asked();
  world.tell(answer("r"));
  const { length } = world.events;
  expect(world.tell(answer("r", { error: { code: 1, message: "" } }))).toEqual({ ok: true, reply: "late" });
  expect(world.events).toHaveLength(length);
});

test("after the deadline it is too late, also before the timer has fired", () => {
  const world = asked();
  world.lag(10_000);
  expect(world.tell(answer("r"))).toEqual({ ok: true, reply: "late" });
  expect(world.events.at(-1)).toMatchObject({ type: "command.finished", state: "TIMED_OUT" });
});

test("of what was never sent there is no answer", () => {
  expect(asked().tell(answer("other"))).toMatchObject({
    ok: false,
    error: { type: "COMMAND_NOT_FOUND", data: { commandId: idOf("other") } },
  });
});

test("its end lets the next one of its lane go out", () => {
  const world = new CommandWorld();
  for (let n = 0; n < 9; n++) world.tell(create(`r${n}`));
  expect(world.sent).not.toContain(idOf("r8"));
  world.tell(answer("r3"));
  expect(world.sent.at(-1)).toBe(idOf("r8"));
});
