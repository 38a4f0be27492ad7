import { expect, test } from "vitest";
import { answer, create, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";

test("what it has not answered is sent again, what waits for its lane is not", () => {
  const world = new CommandWorld();
  for (let n = 0; n < 10; n++) world.tell(create(`r${n}`));
  world.tell(answer("r0"));
  world.sent.length = 0;
  expect(world.tell({ name: "sendAgain", params: {} })).toEqual({ ok: true, reply: 9 });
  expect(world.sent).toEqual(Array.from({ length: 8 }, (_, n) => idOf(`r${n + 1}`)));
});
