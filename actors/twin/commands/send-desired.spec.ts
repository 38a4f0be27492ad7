import { expect, test } from "vitest";
import { after, report, step, update } from "../../../test/helpers/twin-builders.ts";
import type { TwinCommand } from "../contract.ts";
import { desiredHash } from "../view.ts";

const send = (full: boolean): TwinCommand => ({ name: "sendDesired", params: { full } });
const wished = update({ a: 1, b: 2 });
const refusal = { value: 0, code: 400, version: 1 };
const full = { version: 1, state: { a: 1, b: 2 }, hash: desiredHash({ a: 1, b: 2 }) };

test.each<[string, boolean, object, object[]]>([
  [
    "what is missing",
    false,
    { a: 1 },
    [{ topic: "delta", payload: { version: 1, state: { b: 2 }, ts: 77 } }],
  ],
  [
    "not what is refused",
    false,
    { a: refusal },
    [{ topic: "delta", payload: { version: 1, state: { b: 2 }, ts: 77 } }],
  ],
  ["nothing in sync", false, { a: 1, b: 2 }, []],
  ["nothing when the rest is refused", false, { a: 1, b: refusal }, []],
  ["all of it in sync", true, { a: 1, b: 2 }, [{ topic: "desired", payload: full }]],
  ["all of it, the refused too", true, { a: refusal }, [{ topic: "desired", payload: full }]],
])("%s (full: %s)", (_, isFull, reported, messages) => {
  const before = after(wished, report(reported as Record<string, never>));
  const { state, downlinks, reply } = step(before, send(isFull), 77);
  expect(downlinks).toEqual(messages.map((message) => ({ gatewayId: "gw-1", ...message })));
  expect(reply).toBeNull();
  expect(state).toBe(before);
});
