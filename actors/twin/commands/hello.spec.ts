import { expect, test } from "vitest";
import { after, hello, replace, report, step, update } from "../../../test/helpers/twin-builders.ts";
import { EMPTY_TWIN } from "../state.ts";
import { desiredHash } from "../view.ts";

// desired at version 3; the gateway reported what version 1 wanted, but not the rest
const twin = after(update({ a: 1 }), report({ a: 1 }), update({ b: { c: 2 } }), update({ d: 3 }));
const DESIRED = { a: 1, b: { c: 2 }, d: 3 };
const HASH = desiredHash(DESIRED);

const NOTHING: unknown[] = [];
const DELTA = [{ topic: "delta", payload: { version: 3, state: { b: { c: 2 }, d: 3 }, ts: 77 } }];
const FULL = [{ topic: "desired", payload: { version: 3, state: DESIRED, hash: HASH } }];

test.each<[string, { desiredVersion?: number; desiredHash?: string }, unknown[]]>([
  ["it has this very document", { desiredHash: HASH }, NOTHING],
  ["it has this very document under this version", { desiredVersion: 3, desiredHash: HASH }, NOTHING],
  ["it has this very document under an older version", { desiredVersion: 1, desiredHash: HASH }, NOTHING],
  ["it has this version and tells no hash", { desiredVersion: 3 }, NOTHING],
  ["it has this version with another content", { desiredVersion: 3, desiredHash: "0".repeat(16) }, FULL],
  ["it missed changes", { desiredVersion: 1 }, DELTA],
  [
    "it missed changes, with the hash of what it has",
    { desiredVersion: 2, desiredHash: "1".repeat(16) },
    DELTA,
  ],
  ["it never had any", { desiredVersion: 0 }, FULL],
  ["it has a version of the future", { desiredVersion: 9 }, FULL],
  [
    "it has a version of the future and another content",
    { desiredVersion: 9, desiredHash: "2".repeat(16) },
    FULL,
  ],
  ["it tells nothing", {}, FULL],
  ["it tells only another hash", { desiredHash: "3".repeat(16) }, FULL],
])("%s: %j", (_, params, answers) => {
  expect(step(twin, hello({ boot: "b", ...params }), 77).reply).toEqual(answers);
});

test("it missed changes, but has reported what they want: nothing to send", () => {
  const { state } = step(twin, report({ b: { c: 2 }, d: 3 }));
  expect(step(state, hello({ boot: "b", desiredVersion: 1 })).reply).toEqual([]);
});

test.each<[string, { desiredVersion?: number; desiredHash?: string }, unknown[]]>([
  ["nothing was ever desired", {}, NOTHING],
  ["nothing was ever desired, and it knows", { desiredVersion: 0, desiredHash: desiredHash({}) }, NOTHING],
  [
    "it has a document of a twin that was removed",
    { desiredVersion: 4, desiredHash: HASH },
    [{ topic: "desired", payload: { version: 0, state: {}, hash: desiredHash({}) } }],
  ],
])("%s: %j", (_, params, answers) => {
  expect(step(EMPTY_TWIN, hello({ boot: "b", ...params })).reply).toEqual(answers);
});

test("the first word of a gateway says how its twin stands, for those who wait for it", () => {
  const wished = after(update({ a: 1 }));
  for (const word of [hello({ boot: "b" }), report({ z: 1 }), report({}, { boot: "b", seq: 1 })]) {
    const { state, events } = step(wished, word);
    expect(events).toMatchObject([{ sync: { state: "open", desiredVersion: 1 } }]);
    expect(step(state, hello({ boot: "c" })).events).not.toMatchObject([{ sync: {} }]);
  }
  expect(step(EMPTY_TWIN, hello({ boot: "b" })).events).not.toMatchObject([{ sync: {} }]);
});

test("a document that was emptied goes out as such", () => {
  const { state } = step(twin, replace({}));
  const emptied = { topic: "desired", payload: { version: 4, state: {}, hash: desiredHash({}) } };
  expect(step(state, hello({ boot: "b" })).reply).toEqual([emptied]);
});

test("a new boot is noted, so that the one before is over; no version is bumped", () => {
  const before = after(report({ a: 1 }, { boot: "b1", seq: 9 }));
  const { state, events } = step(before, hello({ boot: "b2" }));
  expect(events).toEqual([{ type: "twin.position.advanced", boot: "b2" }]);
  expect(state).toMatchObject({ version: 1, boot: "b2", pastBoots: ["b1"] });
  expect(step(state, report({ a: 2 }, { boot: "b1", seq: 10 })).state).toBe(state);
  expect(step(state, report({ a: 2 }, { boot: "b2", seq: 1 })).state.reported.state).toEqual({ a: 2 });
});

test("the present boot again, as after each connect, changes nothing and keeps the number", () => {
  const before = after(report({ a: 1 }, { boot: "b1", seq: 9 }));
  const { state, events } = step(before, hello({ boot: "b1" }));
  expect(events).toEqual([]);
  expect(state).toBe(before);
});

test("a hello of an earlier boot that arrives late changes nothing", () => {
  const before = after(
    hello({ boot: "b1" }),
    hello({ boot: "b2" }),
    report({ a: 1 }, { boot: "b2", seq: 1 }),
  );
  expect(step(before, hello({ boot: "b1" })).state).toBe(before);
});
