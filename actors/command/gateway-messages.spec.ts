import { expect, test } from "vitest";
import { decodeAnswer } from "./gateway-messages.ts";

const decoded = (answer: object) => decodeAnswer(Buffer.from(JSON.stringify(answer)));

test.each([0, "", false, null, [1, null], { n: 1 }])("an answer may have %j as its result", (result) => {
  expect(decoded({ id: "c", status: "OK", result })).toEqual({ commandId: "c", result });
});

test("what an answer says beyond that is ignored, also in its error", () => {
  expect(decoded({ id: "c", status: "OK", tookMs: 3 })).toEqual({ commandId: "c" });
  const error = { code: 7, message: "no" };
  expect(decoded({ id: "c", status: "ERROR", error: { ...error, line: 12 } })).toEqual({
    commandId: "c",
    error,
  });
});

test.each([
  { id: "c" },
  { id: "c", status: "DONE" },
  { status: "OK" },
  { id: "c", status: "ERROR", error: "no" },
])("%j is no answer", (answer) => {
  expect(() => decoded(answer)).toThrow();
});
