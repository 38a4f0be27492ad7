import { expect, test } from "vitest";
import { create, GATEWAY, idOf } from "../../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../../test/helpers/command-world.ts";
import { DEFAULT_LIMITS } from "../../contracts/limits.ts";
import { AT_ONCE } from "../lanes.ts";

test("it is sent at once, with where the answer goes", () => {
  const world = new CommandWorld();
  expect(world.tell(create("r", { args: { n: 1 } }))).toEqual({
    ok: true,
    reply: { id: idOf("r"), gatewayId: GATEWAY, name: "reboot", state: "PENDING", createTime: world.now },
  });
  expect(world.events).toMatchObject([
    { type: "command.created", args: { n: 1 }, deadline: world.now + 10_000, by: "api:op" },
  ]);
  expect(world.sent).toEqual([idOf("r")]);
  expect(idOf("r")).toMatch(/^gw~1\.[\w-]{16}$/);
});

test("the same request is the same command", () => {
  const world = new CommandWorld();
  const first = world.tell(create("r"));
  expect(world.tell(create("r", { name: "other", isOffline: true }))).toEqual(first);
  expect(world.sent).toHaveLength(1);
});

test("lower ones wait for their lane, higher ones do not", () => {
  const world = new CommandWorld();
  for (let n = 0; n < 20; n++) world.tell(create(`low${n}`, { priority: "LOW" }));
  expect(world.sent).toHaveLength(AT_ONCE.LOW);
  world.tell(create("high", { priority: "HIGH" }));
  expect(world.sent.at(-1)).toBe(idOf("high"));
});

test("what is too much, too deep or for nobody is refused, and changes nothing", () => {
  const world = new CommandWorld();
  const errorOf = (...given: Parameters<typeof create>) => {
    const outcome = world.tell(create(...given));
    return outcome.ok ? undefined : outcome.error.type;
  };
  expect(errorOf("large", { args: { text: "x".repeat(65_536) } })).toBe("PAYLOAD_TOO_LARGE");
  let deep = {};
  for (let n = 0; n < DEFAULT_LIMITS.depth; n++) deep = { deep };
  expect(errorOf("deep", { args: deep })).toBe("TOO_DEEP");
  expect(errorOf("away", { isOffline: true })).toBe("GATEWAY_OFFLINE");
  expect(world.events).toEqual([]);
  for (let n = 0; n < 80; n++) world.tell(create(`r${n}`));
  expect(errorOf("more")).toBe("TOO_MANY_COMMANDS");
  expect(errorOf("urgent", { priority: "HIGH" })).toBeUndefined();
  const heavy = new CommandWorld();
  for (let n = 0; n < 8; n++) heavy.tell(create(`r${n}`, { args: { text: "x".repeat(65_000) } }));
  expect(heavy.tell(create("more", { args: { text: "x".repeat(10_000) } }))).toMatchObject({
    error: { type: "TOO_MANY_COMMANDS" },
  });
});
