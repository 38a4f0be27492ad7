import { expect, test } from "vitest";
import { expectNothingPolluted, expectRefused, refusal, step } from "../../test/helpers/twin-builders.ts";
import type { UpKind } from "../contracts/payloads.ts";
import { decodeUpMessage } from "./gateway-messages.ts";
import { EMPTY_TWIN } from "./state.ts";

const decode = (kind: UpKind, text: string) => decodeUpMessage(kind, Buffer.from(text));

test.each<[UpKind, object, object]>([
  [
    "reported",
    { state: { a: null }, boot: "b", seq: 0, ts: 1, version: 3, token: "t" },
    { name: "reportState", params: { patch: { a: null }, boot: "b", seq: 0, version: 3, token: "t" } },
  ],
  ["reported", { state: {} }, { name: "reportState", params: { patch: {} } }],
  [
    "hello",
    {
      boot: "b",
      firmware: "1",
      desiredVersion: 0,
      desiredHash: "h",
      board: { cpu: 1 },
      cameras: [{ id: "c" }],
    },
    { name: "hello", params: { boot: "b", desiredVersion: 0, desiredHash: "h", cameras: [{ id: "c" }] } },
  ],
  ["hello", { boot: "b" }, { name: "hello", params: { boot: "b" } }],
  ["get", { token: "t" }, { name: "sendTwin", params: { token: "t" } }],
  ["get", {}, { name: "sendTwin", params: {} }],
])("%s %j", (kind, payload, command) => {
  expect(decode(kind, JSON.stringify(payload))).toStrictEqual(command);
});

test("it reads only its own part of a shared buffer", () => {
  const whole = Buffer.from('xx{"token":"é"}yy');
  const payload = new Uint8Array(whole.buffer, whole.byteOffset + 2, whole.length - 4);
  expect(decodeUpMessage("get", payload)).toEqual({ name: "sendTwin", params: { token: "é" } });
});

test.each(["", "{", '{"state":}', "{}}", '{"state":{"a":"\u0000"}}', "\u0000", "NaN", "\ufeff{}", "{'a':1}"])(
  "no JSON: %j",
  (text) => {
    const error = refusal(() => decode("reported", text));
    expect(error.type).toBe("MALFORMED_JSON");
    expect(error.data.problem).not.toBe("");
  },
);

test.each(["[]", '[{"state":{}}]', "null", "1", '"x"', "true"])("no object: %s", (text) => {
  expectRefused(() => decode("reported", text), "NOT_AN_OBJECT", { what: "payload" });
});

test.each([
  ["a lone continuation byte", [0x7b, 0x22, 0x80, 0x22, 0x3a, 0x31, 0x7d]],
  ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
  ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ["a cut character", [0x22, 0xe2, 0x82]],
])("no UTF-8: %s", (_, bytes) => {
  expectRefused(() => decodeUpMessage("reported", Uint8Array.from(bytes)), "INVALID_UTF8");
});

test.each<[UpKind, string, string]>([
  ["reported", '{"state":{},"sequence":1}', "sequence"],
  ["reported", "{}", "state"],
  ["reported", '{"state":[]}', "state"],
  ["reported", '{"state":null}', "state"],
  ["reported", '{"state":{},"seq":-1}', "seq"],
  ["reported", '{"state":{},"seq":1.5}', "seq"],
  ["reported", '{"state":{},"seq":"1"}', "seq"],
  ["reported", '{"state":{},"boot":""}', "boot"],
  ["reported", '{"state":{},"boot":7}', "boot"],
  ["reported", '{"state":{},"version":null}', "version"],
  ["reported", `{"state":{},"token":"${"t".repeat(129)}"}`, "token"],
  ["hello", "{}", "boot"],
  ["hello", '{"boot":"b","desiredVersion":"3"}', "desiredVersion"],
  ["hello", '{"boot":"b","cameras":[{"id":"c","zoom":1}]}', "cameras.0.zoom"],
  ["get", '{"x":1}', "x"],
  ["event", "{}", "type"],
  ["event", '{"type":"door","severity":"FATAL"}', "severity"],
  ["event", '{"type":"door","by":"ann"}', "by"],
])("%s %s: the field %s is named", (kind, text, field) => {
  const error = refusal(() => decode(kind, text));
  expect(error.type).toBe("INVALID_ARGUMENT");
  expect(error.violations.map((violation) => violation.field)).toEqual([field]);
});

test.each([
  '{"state":{},"__proto__":{"boot":"x"}}',
  '{"state":{},"constructor":1}',
  '{"state":{},"toString":1}',
])("%s has an unknown key", (text) => {
  expectRefused(() => decode("reported", text), "INVALID_ARGUMENT");
  expectNothingPolluted();
});

test("__proto__ inside the state comes through as a key, which the twin refuses", () => {
  const command = decode("reported", '{"state":{"a":{"__proto__":{"polluted":1}}}}');
  expectRefused(() => step(EMPTY_TWIN, command), "KEY_NOT_ALLOWED", { key: "__proto__" });
  expectNothingPolluted();
});

test("an escaped NUL is a character like any other", () => {
  const { state } = step(EMPTY_TWIN, decode("reported", '{"state":{"a\\u0000":"\\u0000"}}'));
  expect(state.reported.state).toEqual({ "a\u0000": "\u0000" });
});

test("a payload that is nothing but brackets is refused like any other", () => {
  const depth = 100_000;
  const command = decode("reported", `{"state":{"a":${"[".repeat(depth)}${"]".repeat(depth)}}}`);
  expectRefused(() => step(EMPTY_TWIN, command), "TOO_DEEP");
});

test.each<[UpKind]>([["telemetry"], ["heartbeat"], ["log"], ["task"], ["bye"]])(
  "%s does not go to the twin: a fault of ours, not of the gateway",
  (kind) => {
    expect(() => decode(kind, "{}")).toThrow(`messages of kind '${kind}' do not go to the twin`);
  },
);
