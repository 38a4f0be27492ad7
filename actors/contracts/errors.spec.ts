import { expect, test } from "vitest";
import { DomainError, ERRORS, type ErrorType, errorCodeOf, isErrorType, messageOf } from "./errors.ts";

const TYPES = Object.keys(ERRORS) as ErrorType[];

test.each(TYPES)(
  "%s: upper snake case, an HTTP error, a code of seven digits that begins with it",
  (type) => {
    expect(type).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    const { code } = ERRORS[type];
    expect(code).toBeGreaterThanOrEqual(400);
    expect(code).toBeLessThan(600);
    expect(errorCodeOf(type)).toMatch(new RegExp(`^${code}\\d{4}$`));
    expect(new DomainError(type).code).toBe(code);
  },
);

test("every error code is another one", () => {
  expect(new Set(TYPES.map(errorCodeOf)).size).toBe(TYPES.length);
});

test("the code of the contract's example", () => {
  expect(errorCodeOf("GATEWAY_NOT_FOUND")).toBe("4040001");
  expect(messageOf({ type: "GATEWAY_NOT_FOUND", data: { gatewayId: "gw-9" } })).toBe(
    "Gateway 'gw-9' does not exist.",
  );
});

test("the same request may only succeed later where the server or a limit stood in its way", () => {
  for (const type of TYPES) {
    const { code, retryable } = ERRORS[type];
    const isInTheWay = [429, 503, 504].includes(code) || type === "IDEMPOTENCY_KEY_IN_USE";
    expect([type, retryable]).toEqual([type, isInTheWay]);
    expect(new DomainError(type).retryable).toBe(retryable);
  }
});

test.each(TYPES)("%s: a sentence, whose placeholders are all filled from the data", (type) => {
  const { message } = ERRORS[type];
  expect(message).toMatch(/^[A-Z{].*\.$/);
  const names = [...message.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name ?? "");
  for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]*$/);
  const data = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
  const text = messageOf({ type, data });
  expect(text).not.toMatch(/[{}?]/);
  for (const name of names) expect(text).toContain(`<${name}>`);
});

test("what the data says is put in as it is, a missing value as a question mark", () => {
  expect(messageOf({ type: "VERSION_MISMATCH", data: { currentVersion: 0 } })).toBe(
    "The version is 0, not ?.",
  );
  const problem = "$& {limit} $1";
  expect(messageOf({ type: "INVALID_PATCH", data: { problem } })).toBe(
    `The JSON Patch cannot be applied: ${problem}.`,
  );
});

test("an error goes through its value and text, and back", () => {
  const error = new DomainError("INVALID_ARGUMENT", { problem: "x" }, [
    { field: "a", description: "is unknown" },
  ]);
  const again = DomainError.from(JSON.parse(JSON.stringify(error.toValue())));
  expect(again).toBeInstanceOf(DomainError);
  expect(again.toValue()).toEqual(error.toValue());
  expect(again.message).toBe("The request is not valid: x.");
  expect(new DomainError("OVERLOADED").toValue()).toEqual({ type: "OVERLOADED", data: {}, violations: [] });
});

test("only names of the table are types", () => {
  expect(isErrorType("INTERNAL")).toBe(true);
  for (const other of ["toString", "constructor", "__proto__", "internal", "", undefined, null, 404, {}]) {
    expect(isErrorType(other)).toBe(false);
  }
});
