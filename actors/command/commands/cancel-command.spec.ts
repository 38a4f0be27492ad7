import { expect, test } from "vitest";
import { answer, cancel, create, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";

test("one that waits is never sent", () => {
  const world = new CommandWorld();
  for (let n = 0; n < 9; n++) world.tell(create(`r${n}`));
  expect(world.tell(cancel("r8"))).toMatchObject({ reply: { state: "CANCELED", endTime: world.now } });
  world.tell(answer("r0"));
  expect(world.sent).not.toContain(idOf("r8"));
});

test("one that was sent is canceled, too, and its answer comes late", () => {
  const world = new CommandWorld();
  world.tell(create("r"));
  world.tell(cancel("r"));
  expect(world.events.at(-1)).toMatchObject({ state: "CANCELED", by: "api:op" });
  expect(world.tell(answer("r"))).toMatchObject({ reply: "late" });
});

test("what has ended stays as it is; what never was is not found", () => {
  const world = new CommandWorld();
  world.tell(create("r"));
  world.tell(answer("r"));
  expect(world.tell(cancel("r"))).toMatchObject({ reply: { state: "SUCCEEDED" } });
  expect(world.tell(cancel("other"))).toEqual({ ok: true, reply: null });
});
