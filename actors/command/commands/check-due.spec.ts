import { expect, test } from "vitest";
import { create, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";

test("what a dead owner may not have sent is sent by the next one", () => {
  const world = new CommandWorld();
  world.dieAfter(create("r"));
  expect(world.sent).toEqual([]);
  world.pass(4000);
  expect(world.sent).toEqual([idOf("r")]);
});

test("while the owner lives, nothing is sent twice", () => {
  const world = new CommandWorld();
  world.tell(create("r"));
  world.pass(9999);
  expect(world.sent).toEqual([idOf("r")]);
});

test("steady work does not put it off", () => {
  const world = new CommandWorld();
  world.dieAfter(create("r"));
  for (let n = 0; n < 8; n++) {
    world.tell(create(`high${n}`, { priority: "HIGH" }));
    world.pass(500);
  }
  expect(world.sent).toContain(idOf("r"));
});
