import { expect, test } from "vitest";
import { open, seal } from "./seal.ts";

test("only the passphrase opens what is sealed", () => {
  const sealed = seal("a sécret", "key");
  expect(open(sealed, "key")).toBe("a sécret");
  expect(Buffer.from(sealed, "base64").includes("cret")).toBe(false);
  expect(() => open(sealed, "other")).toThrow();
});

test("a changed text is refused", () => {
  const bytes = Buffer.from(seal("text", "key"), "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  expect(() => open(bytes.toString("base64"), "key")).toThrow();
});

test("the same text is never sealed to the same", () => {
  expect(seal("text", "key")).not.toBe(seal("text", "key"));
});
