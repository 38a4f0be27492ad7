import { expect, test } from "vitest";
import { answer, create, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";

test("as it is, that it has left, or that there never was one", () => {
  const world = new CommandWorld();
  const get = (request: string) => {
    const outcome = world.tell({ name: "getCommand", params: { commandId: idOf(request) } });
    return outcome.ok ? outcome.reply : outcome.error;
  };
  world.tell(create("r"));
  expect(get("r")).toMatchObject({ state: "PENDING" });
  world.tell(answer("r"));
  expect(get("r")).toMatchObject({ state: "SUCCEEDED" });
  for (let n = 0; n < 20; n++) {
    world.tell(create(`r${n}`));
    world.tell(answer(`r${n}`));
  }
  expect(get("r")).toBe("LEFT");
  expect(get("other")).toBeNull();
});
