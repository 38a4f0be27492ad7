import { expect, test } from "vitest";
import { answer, create, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";

test("the open ones and those that ended last", () => {
  const world = new CommandWorld();
  for (let n = 0; n < 25; n++) {
    world.tell(create(`r${n}`));
    if (n < 23) world.tell(answer(`r${n}`));
  }
  const outcome = world.tell({ name: "listCommands", params: {} });
  const listed = outcome.ok && Array.isArray(outcome.reply) ? outcome.reply : [];
  expect(listed.map(({ state }) => state)).toEqual([
    ...["PENDING", "PENDING"],
    ...Array.from({ length: 20 }, () => "SUCCEEDED"),
  ]);
  expect(listed.at(-1)).toMatchObject({ id: idOf("r22"), endTime: world.now });
});
