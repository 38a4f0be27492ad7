import { expect, test } from "vitest";
import { create, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";

test("each ends at its own deadline", () => {
  const world = new CommandWorld();
  world.tell(create("late", { timeoutMs: 20_000 }));
  world.tell(create("soon", { timeoutMs: 5000 }));
  world.pass(5000);
  expect(world.events.at(-1)).toMatchObject({ commandId: idOf("soon"), state: "TIMED_OUT" });
  world.pass(14_999);
  expect(world.state.open).toHaveLength(1);
  world.pass(1);
  expect(world.state).toMatchObject({ open: [], ended: [{ id: idOf("soon") }, { id: idOf("late") }] });
});

test("what was due while nobody owned it ends with the claim", () => {
  const world = new CommandWorld();
  world.tell(create("r"));
  world.claim(60_000);
  expect(world.events.at(-1)).toMatchObject({ commandId: idOf("r"), state: "TIMED_OUT" });
});
