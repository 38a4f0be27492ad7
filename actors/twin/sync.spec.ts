import { expect, test } from "vitest";
import { after, hello, replace, report, step, update } from "../../test/helpers/twin-builders.ts";
import type { JsonObject } from "../contracts/json.ts";
import { openDelta, syncOf, touches } from "./sync.ts";
import { delta } from "./view.ts";

const no = (version: number, value: JsonObject[string] = 0) => ({ value, code: 400, version, text: "no" });
// a and b.c at version 1, d at version 2
const wished = [update({ a: 1, b: { c: 2 } }), update({ d: 3 })];
const syncAfter = (...patches: JsonObject[]) => syncOf(after(...wished, ...patches.map((p) => report(p))));

test.each<[string, JsonObject[], object]>([
  ["nothing is reported", [], { state: "open", neverHeard: true }],
  ["all is reported as wished", [{ a: 1, b: { c: 2 }, d: 3 }], { state: "synced" }],
  [
    "answers count as their values",
    [{ a: { value: 1, code: 200, version: 2 }, b: { c: { value: 2, code: 203 } }, d: 3 }],
    { state: "synced" },
  ],
  [
    "a refusal that has the wished value all the same",
    [{ a: no(2, 1), b: { c: 2 }, d: 3 }],
    { state: "synced" },
  ],
  [
    "all that is missing is refused",
    [{ a: no(2), b: { c: no(1) }, d: 3 }],
    {
      state: "refused",
      refused: [
        { path: "/a", code: 400, text: "no" },
        { path: "/b/c", code: 400, text: "no" },
      ],
    },
  ],
  [
    "one is refused and another missing",
    [{ a: no(2), d: 3 }],
    { state: "open", refused: [{ path: "/a", code: 400, text: "no" }] },
  ],
  [
    "a refusal of the version before the leaf's last change does not count",
    [{ a: 1, b: { c: 2 }, d: no(1) }],
    { state: "open" },
  ],
  ["nor one of a version to come", [{ a: no(3), b: { c: 2 }, d: 3 }], { state: "open" }],
  [
    "the gateway is at work",
    [{ a: { value: 0, code: 202, version: 2 }, b: { c: 2 }, d: 3 }],
    { state: "open" },
  ],
  ["where an object is wished, there is no answer", [{ a: 1, b: no(2), d: 3 }], { state: "open" }],
])("%s", (_, patches, sync) => {
  expect(syncAfter(...patches)).toEqual(sync);
});

test("what is wished anew is not refused any more; what was refused beside it stays so", () => {
  const refusing = after(...wished, report({ a: no(2), b: { c: no(2) }, d: 3 }));
  const { state, downlinks } = step(refusing, update({ a: 5 }), 50);
  expect(syncOf(state)).toEqual({ state: "open", refused: [{ path: "/b/c", code: 400, text: "no" }] });
  expect(delta(state)).toEqual({ a: 5, b: { c: 2 } });
  expect(downlinks).toMatchObject([{ topic: "delta", payload: { version: 3, state: { a: 5 } } }]);
});

test("what is refused is not sent again, also to a gateway that comes back", () => {
  const refusing = after(...wished, report({ a: no(2), b: { c: 2 }, d: 3 }));
  expect(step(refusing, hello({ boot: "b", desiredVersion: 1 })).reply).toEqual([]);
  const lacking = after(...wished, report({ a: no(2), b: { c: 2 } }));
  expect(step(lacking, hello({ boot: "b", desiredVersion: 1 })).reply).toMatchObject([
    { topic: "delta", payload: { version: 2, state: { d: 3 } } },
  ]);
});

test("a refusal without a version speaks of what was wished when it came", () => {
  const refuse = report({ a: { value: 0, code: 400 }, b: { c: 2 }, d: 3 });
  const refusing = after(...wished, refuse);
  expect(syncOf(refusing).state).toBe("refused");
  const { state } = step(refusing, update({ a: 9 }));
  expect(syncOf(state).state).toBe("open");
  expect(syncOf(step(state, refuse).state).state).toBe("refused");
});

test("at most 16 refusals are told, with short texts and pointers; none of the others is sent", () => {
  const keys = Array.from({ length: 40 }, (_, n) => `k/${n}~`);
  const all = (value: JsonObject[string]) => Object.fromEntries(keys.map((key) => [key, value]));
  const text = `${"x".repeat(255)}😀`;
  const state = after(replace(all(1)), report(all({ value: 0, code: 422, version: 1, text })));
  const { refused = [] } = syncOf(state);
  expect(refused).toHaveLength(16);
  expect(refused[0]).toEqual({ path: "/k~10~0", code: 422, text: `${"x".repeat(255)}\ufffd` });
  expect(openDelta(state)).toBeUndefined();
});

test.each<[JsonObject, JsonObject, boolean]>([
  [{ a: 1 }, {}, false],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: null }, { a: 1 }, true],
  [{ a: { x: 1 } }, { a: { b: 1 } }, false],
  [{ a: { b: { c: 1 } } }, { a: { b: 1 } }, true],
  [{ a: 1 }, { a: { b: 1 } }, true],
  [{ a: { x: 1 } }, { a: {} }, true],
  [{ toString: 1 }, {}, false],
])("touches: %j and %j: %s", (patch, document, expected) => {
  expect(touches(patch, document)).toBe(expected);
});
