import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sections } from "../../test/helpers/twin-builders.ts";
import type { JsonObject } from "../contracts/json.ts";
import { isJsonObject } from "../contracts/json.ts";
import { desiredHash } from "./view.ts";

const hashOfText = (text: string) => createHash("sha256").update(text, "utf8").digest("hex").slice(0, 16);

test("the hash of the empty document is known", () => {
  expect(desiredHash({})).toBe("44136fa355b3678a");
});

test("RFC 8785 section 3.2.2: literals, numbers and escapes", () => {
  const document = {
    numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
    literals: [null, true, false],
  };
  const canonical =
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
    '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}';
  expect(desiredHash(document)).toBe(hashOfText(canonical));
});

test("RFC 8785 section 3.2.3: keys are sorted by their UTF-16 units, not by code points", () => {
  const document = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
  };
  const canonical =
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
    '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}';
  expect(desiredHash(document)).toBe(hashOfText(canonical));
});

test.each([
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
])("RFC 8785 appendix B: the double %s is written %s", (bits, text) => {
  const value = Buffer.from(bits, "hex").readDoubleBE();
  expect(desiredHash({ n: value })).toBe(hashOfText(`{"n":${text}}`));
});

test("the order in which keys were set does not matter, at any level", () => {
  fc.assert(
    fc.property(sections, (document) => {
      expect(desiredHash(reversed(document))).toBe(desiredHash(document));
    }),
  );
});

function reversed(document: JsonObject): JsonObject {
  const entries = Object.entries(document).map(([key, value]) => [
    key,
    isJsonObject(value) ? reversed(value) : value,
  ]);
  return Object.fromEntries(entries.reverse());
}

test("another document has another hash", () => {
  expect(new Set([{}, { a: 1 }, { a: "1" }, { a: [1] }, { a: [] }, { a: {} }].map(desiredHash)).size).toBe(6);
});
