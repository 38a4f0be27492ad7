import { expect, test } from "vitest";
import { create, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";
import { NO_COMMANDS } from "../state.ts";

test("what is open is canceled, and nothing stays", () => {
  const world = new CommandWorld();
  world.tell({ name: "removeCommands", params: { by: "api:admin" } });
  expect(world.events).toEqual([]);
  world.tell(create("r"));
  world.tell({ name: "removeCommands", params: { by: "api:admin" } });
  expect(world.events.slice(1)).toMatchObject([
    { type: "command.finished", commandId: idOf("r"), state: "CANCELED", by: "api:admin" },
    { type: "command.all.removed", by: "api:admin" },
  ]);
  expect(world.state).toBe(NO_COMMANDS);
  expect(world.timers).toEqual({});
});
