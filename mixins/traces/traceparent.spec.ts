import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatTraceparent, parseTraceparent, traceOf } from "./traceparent.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(..."0123456789abcdef"), { minLength: length, maxLength: length })
    .map((digits) => digits.join(""))
    .filter((text) => /[^0]/.test(text));

test("what is written is read again", () => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, isSampled) => {
      const context = { traceId, spanId, isSampled };
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
    }),
    { seed: 1 },
  );
});

test("no text makes it fail, and what it takes has ids", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constant(undefined), fc.array(fc.string())), (header) => {
      expect(parseTraceparent(header)).toBeUndefined();
    }),
    { seed: 2 },
  );
});

describe("flags and versions", () => {
  test.each([
    ["00-IDS-00", false],
    ["00-IDS-01", true],
    ["00-IDS-02", false],
    ["00-IDS-ff", true],
    // Of a later version what is known counts.
    ["01-IDS-01", true],
    ["cc-IDS-01-what-ever", true],
  ])("%s", (text, isSampled) => {
    const header = text.replace("IDS", `${TRACE_ID}-${SPAN_ID}`);
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE_ID, spanId: SPAN_ID, isSampled });
  });

  test.each([
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01-more`,
    `01-${TRACE_ID}-${SPAN_ID}-01more`,
    `00-${"0".repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${"0".repeat(16)}-01`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-1`,
    `00-${TRACE_ID}-${SPAN_ID}`,
    ` 00-${TRACE_ID}-${SPAN_ID}-01`,
    `01-${TRACE_ID}-${SPAN_ID}-01-${"x".repeat(512)}`,
  ])("%s is none", (header) => expect(parseTraceparent(header)).toBeUndefined());
});

test("a call is part of a trace when that is sampled", () => {
  const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`;
  expect(traceOf({ meta: { traceparent } })).toBe(traceparent);
  expect(traceOf({ meta: { traceparent: `00-${TRACE_ID}-${SPAN_ID}-00` } })).toBeUndefined();
  expect([traceOf({ meta: {} }), traceOf({})]).toEqual([undefined, undefined]);
});
