import { expect, test } from "vitest";
import { isGatewayId } from "./ids.ts";

test.each(["g", "0", "gw-1", "A.b_c:d-9", "a".repeat(128)])("%s is a gateway's id", (id) => {
  expect(isGatewayId(id)).toBe(true);
});

test.each([
  "",
  "-a",
  ".a",
  ":a",
  "_a",
  "a/b",
  "a b",
  "a+",
  "#",
  "ä",
  "a\n",
  "\na",
  "a\u0000",
  "a".repeat(129),
])("%j is not", (id) => {
  expect(isGatewayId(id)).toBe(false);
});
