import { expect, test } from "vitest";
import { commandActions } from "../../actors/contracts/commands.ts";
import { resultAnswer } from "./answer.ts";
import { bindingOf, timeoutOf } from "./binding.ts";

const create = bindingOf("commands.create", commandActions["commands.create"].rest);
const get = bindingOf("commands.get", commandActions["commands.get"].rest);

test("what is waited for longer has so much more time; others have what all have", () => {
  expect(timeoutOf(create, { timeoutSeconds: 300 }, 10_000)).toBe(310_000);
  expect(timeoutOf(create, {}, 10_000)).toBe(20_000);
  expect(timeoutOf(create, { timeoutSeconds: "long" }, 10_000)).toBe(10_000);
  expect(timeoutOf(get, { timeoutSeconds: 300 }, 10_000)).toBe(10_000);
});

test("what is still pending has a status of its own, where the binding has one", () => {
  const statusOf = (binding: typeof create, state: string) => resultAnswer(binding, "/", { state }).status;
  expect(statusOf(create, "PENDING")).toBe(202);
  expect(statusOf(create, "FAILED")).toBe(200);
  expect(statusOf(get, "PENDING")).toBe(200);
});
