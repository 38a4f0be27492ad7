import { expect, test } from "vitest";
import { readDownMessage } from "./down-messages.ts";

test.each([
  ["delta", '{"version":2,"state":{"a":1},"ts":5}', { type: "delta", version: 2, state: { a: 1 }, now: 9 }],
  [
    "desired",
    '{"version":2,"state":{},"hash":"44"}',
    { type: "desired", version: 2, state: {}, hash: "44", now: 9 },
  ],
  ["ack", '{"boot":"b","seq":3,"version":7}', { type: "acked", boot: "b", seq: 3 }],
  ["ack", '{"token":"t","version":7}', { type: "acked", boot: undefined, seq: undefined }],
  [
    "error",
    '{"topic":"reported","code":400,"reason":"BAD","message":"no.","seq":4}',
    { type: "refused", seq: 4, reason: "reported: BAD no." },
  ],
  ["command", "{}", "ignored"],
  ["delta", "{", "malformed"],
  ["delta", '{"version":-1,"state":{}}', "malformed"],
  ["delta", '{"version":1,"state":[]}', "malformed"],
  ["desired", '{"version":1,"state":{}}', "malformed"],
  ["ack", '{"seq":"3"}', "malformed"],
  ["error", "[]", "malformed"],
])("down/%s %s", (kind, payload, message) => {
  expect(readDownMessage(`gw/g:1/down/${kind}`, payload, 9)).toEqual(message);
});
