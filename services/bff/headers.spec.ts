import { describe, expect, test } from "vitest";
import {
  bearerTokenOf,
  expectedVersionOf,
  idempotencyKeyOf,
  isNoneMatch,
  newRequestId,
  traceparentOf,
} from "./headers.ts";

describe("X-Request-Id", () => {
  test.each(["a", "A.b_c-9", "x".repeat(128)])("%j is kept", (id) => expect(newRequestId(id)).toBe(id));
  test.each([undefined, "", "a b", "a\r\nb", "<x>", "x".repeat(129), "ü"])("%j is replaced", (id) => {
    expect(newRequestId(id)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("Authorization", () => {
  test.each([
    ["Bearer abc", "abc"],
    ["bearer  a.b-c", "a.b-c"],
  ])("%j", (header, token) => expect(bearerTokenOf(header)).toBe(token));
  test.each([undefined, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", `Bearer ${"x".repeat(1025)}`])(
    "%j is refused",
    (header) => expect(() => bearerTokenOf(header)).toThrow("bearer token"),
  );
});

describe("If-Match", () => {
  test.each([
    [undefined, undefined],
    ["*", undefined],
    ['"7"', 7],
    [' "0" ', 0],
  ])("%j", (header, version) => expect(expectedVersionOf(header)).toBe(version));
  test.each(["", "7", 'W/"7"', '"7", "8"', '"seven"', '"-1"', `"${"9".repeat(16)}"`])(
    "%j is refused",
    (header) => expect(() => expectedVersionOf(header)).toThrow("If-Match"),
  );
});

describe("If-None-Match", () => {
  test.each(['"7"', "*", '"6", "7"', 'W/"7"'])("%j is it", (header) => {
    expect(isNoneMatch(header, '"7"')).toBe(true);
  });
  test.each([undefined, '"6"', "7", ""])("%j is not", (header) =>
    expect(isNoneMatch(header, '"7"')).toBe(false),
  );
});

describe("Idempotency-Key", () => {
  test.each([undefined, "a", "x".repeat(255), "with spaces ~"])("%j", (key) => {
    expect(idempotencyKeyOf(key)).toBe(key);
  });
  test.each(["", "x".repeat(256), "ü", "a\tb"])("%j is refused", (key) => {
    expect(() => idempotencyKeyOf(key)).toThrow("Idempotency-Key");
  });
});

test("only a valid traceparent is passed on", () => {
  const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  expect([valid, "00-x", undefined].map(traceparentOf)).toEqual([valid, undefined, undefined]);
});
