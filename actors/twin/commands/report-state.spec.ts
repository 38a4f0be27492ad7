import { expect, test } from "vitest";
import {
  after,
  expectRefused,
  nested,
  parsed,
  replace,
  report,
  sectionOf,
  step,
  update,
} from "../../../test/helpers/twin-builders.ts";
import type { JsonObject } from "../../contracts/json.ts";
import { deltaOf } from "../merge-patch.ts";
import { EMPTY_TWIN } from "../state.ts";
import { leafTimes } from "../times.ts";

const reported = (patch: JsonObject) => after(report(patch)).reported.state;

test("a change counts in the twin and in its own section, and says when", () => {
  const state = after(update({ a: 1 }), report({ b: 1 }), report({ c: { d: 1 } }));
  expect(state).toMatchObject({
    version: 3,
    desired: { version: 1 },
    reported: { version: 2, updateTime: 3 },
  });
  expect(state.reported.state).toEqual({ b: 1, c: { d: 1 } });
});

test.each<[string, JsonObject]>([
  ["nothing", {}],
  ["the same values", { a: 1, b: { c: [1, { d: null }] } }],
  ["removing what is not there", { x: null, b: { y: null } }],
  ["an empty object over an object", { b: {} }],
])("a report that changes nothing bumps nothing and makes no event: %s", (_, patch) => {
  const before = after(report({ a: 1, b: { c: [1, { d: null }] } }));
  const { state, events, reply } = step(before, report(patch));
  expect(events).toEqual([]);
  expect(reply).toEqual([]);
  expect(state).toBe(before);
});

test("a report that changes nothing still moves the position, so that an older one comes too late", () => {
  const before = after(report({ a: 1 }, { boot: "b", seq: 1 }), report({ a: 1 }, { boot: "b", seq: 5 }));
  expect(before).toMatchObject({ version: 1, seq: 5 });
  expect(step(before, report({ a: 2 }, { boot: "b", seq: 4 })).state).toBe(before);
});

test("the event holds only what changed, and the position", () => {
  const before = after(report({ a: 1, b: { c: 1, d: 2 } }));
  const { events } = step(before, report({ a: 1, b: { c: 3, x: null } }, { boot: "b", seq: 2, token: "t" }));
  const change = { patch: { b: { c: 3 } }, versions: [2, 2] };
  expect(events).toEqual([{ type: "twin.reported.updated", boot: "b", seq: 2, ...change }]);
});

test.each<[string, Parameters<typeof report>[1]]>([
  ["a copy", { boot: "b2", seq: 7 }],
  ["an older one", { boot: "b2", seq: 6 }],
  ["a copy without boot", { seq: 7 }],
  ["an older one without boot", { seq: 0 }],
  ["one of an earlier boot", { boot: "b1", seq: 99 }],
  ["one of an earlier boot without seq", { boot: "b1", token: "t" }],
  ["a copy with a version that is no longer true", { boot: "b2", seq: 7, version: 0 }],
])("%s is acknowledged and changes nothing", (_, position = {}) => {
  const before = after(report({ a: 1 }, { boot: "b1", seq: 3 }), report({ a: 2 }, { boot: "b2", seq: 7 }));
  const { state, events, reply } = step(before, report({ a: 9, late: true }, position));
  expect(state).toBe(before);
  expect(events ?? []).toEqual([]);
  const { version: _version, ...named } = position;
  expect(reply).toEqual([{ topic: "ack", payload: { ...named, version: 2 } }]);
});

test("a new boot starts anew, with lower numbers too", () => {
  const state = after(report({ a: 1 }, { boot: "b1", seq: 100 }), report({ a: 2 }, { boot: "b2", seq: 1 }));
  expect(state).toMatchObject({ boot: "b2", seq: 1, pastBoots: ["b1"], reported: { state: { a: 2 } } });
});

test("a new boot without seq forgets the number of the one before", () => {
  const state = after(report({ a: 1 }, { boot: "b1", seq: 100 }), report({ a: 2 }, { boot: "b2" }));
  expect(state).not.toHaveProperty("seq");
  expect(step(state, report({ a: 3 }, { seq: 1 })).state.reported.state).toEqual({ a: 3 });
});

test("seq without boot belongs to the present boot", () => {
  const state = after(report({ a: 1 }, { boot: "b1", seq: 3 }), report({ a: 2 }, { seq: 4 }));
  expect(state).toMatchObject({ boot: "b1", seq: 4 });
  expect(step(state, report({ a: 1 }, { boot: "b1", seq: 4 })).state).toBe(state);
});

test("reports without a position are taken as they come, and leave it where it is", () => {
  const state = after(report({ a: 1 }, { boot: "b1", seq: 3 }), report({ a: 2 }), report({ a: 3 }));
  expect(state).toMatchObject({ boot: "b1", seq: 3, reported: { state: { a: 3 } } });
});

test("eight earlier boots are known: a message of any of them comes too late", () => {
  const boots = Array.from({ length: 9 }, (_, index) => `b${index}`);
  const state = after(...boots.map((boot, index) => report({ a: index }, { boot, seq: 1 })));
  expect(state.pastBoots).toEqual(boots.slice(0, 8));
  for (const boot of boots.slice(0, 8)) {
    expect(step(state, report({ a: "late" }, { boot, seq: 2 })).state).toBe(state);
  }
  const next = step(state, report({ a: 9 }, { boot: "b9" })).state;
  expect(next.pastBoots).toEqual(boots.slice(1, 9));
});

test("a version that is the twin's is fine, another one is refused and changes nothing", () => {
  const before = after(update({ a: 1 }), report({ b: 1 }));
  expect(step(before, report({ b: 2 }, { version: 2 })).state.version).toBe(3);
  for (const version of [0, 1, 3]) {
    expectRefused(() => step(before, report({ b: 2 }, { version, boot: "x", seq: 1 })), "VERSION_MISMATCH", {
      expectedVersion: version,
      currentVersion: 2,
    });
  }
  expect(before).not.toHaveProperty("boot");
});

test.each<[Parameters<typeof report>[1], JsonObject | undefined]>([
  [{}, undefined],
  [{ boot: "b" }, undefined],
  [{ seq: 0 }, { seq: 0, version: 1 }],
  [
    { boot: "b", seq: 4 },
    { boot: "b", seq: 4, version: 1 },
  ],
  [{ token: "" }, { token: "", version: 1 }],
  [
    { boot: "b", seq: 4, token: "t" },
    { boot: "b", seq: 4, token: "t", version: 1 },
  ],
])("a report with %j gets the ack %j, with the version after it", (more, payload) => {
  const { reply } = step(EMPTY_TWIN, report({ a: 1 }, more));
  expect(reply).toEqual(payload ? [{ topic: "ack", payload }] : []);
});

test("depth 16 is allowed and 17 refused, in objects and arrays", () => {
  expect(reported(nested(16))).toEqual(nested(16));
  const arrays = (levels: number) => parsed(`{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`);
  expect(reported(arrays(16))).toEqual(arrays(16));
  for (const deep of [nested(17), arrays(17), arrays(100_000)]) {
    expectRefused(() => step(EMPTY_TWIN, report(deep)), "TOO_DEEP", { limit: 16 });
  }
});

test.each(["k".repeat(256), "é".repeat(128), "😀".repeat(64)])(
  "a key of 256 bytes of UTF-8 is allowed, of 257 refused",
  (key) => {
    expect(reported({ [key]: 1 })).toEqual({ [key]: 1 });
    expectRefused(() => step(EMPTY_TWIN, report({ a: [{ [`${key}k`]: 1 }] })), "KEY_TOO_LONG", {
      limit: 256,
    });
  },
);

test("a section of exactly 64 KiB is allowed, one more byte refused", () => {
  expect(reported(sectionOf(65_536))).toEqual(sectionOf(65_536));
  const refused = () => step(EMPTY_TWIN, report(sectionOf(65_537)));
  expectRefused(refused, "SECTION_TOO_LARGE", { section: "reported", size: 65_537, limit: 65_536 });
});

test("bytes of UTF-8 count, not characters", () => {
  const fits = { k: "é".repeat((65_536 - 8) / 2) };
  expect(reported(fits)).toEqual(fits);
  expectRefused(() => step(EMPTY_TWIN, report({ k: `${fits.k}x` })), "SECTION_TOO_LARGE", { size: 65_537 });
});

test("many small reports may fill the section to its last byte", () => {
  let state = EMPTY_TWIN;
  const size = () => JSON.stringify(state.reported.state).length;
  for (let index = 0; size() < 65_000; index += 1) {
    state = step(state, report({ [`k${index}`]: "x".repeat(40), last: index }, { seq: index })).state;
  }
  const rest = 65_536 - size() - ',"z":""'.length;
  expectRefused(() => step(state, report({ z: "x".repeat(rest + 1) })), "SECTION_TOO_LARGE", {
    size: 65_537,
  });
  state = step(state, report({ z: "x".repeat(rest) })).state;
  expect(size()).toBe(65_536);
  expect(step(state, report({ z: null, k0: "x" })).state.reported.version).toBe(state.reported.version + 1);
});

test.each<[string, JsonObject, string]>([
  ["__proto__", parsed('{"a":{"__proto__":{"polluted":1}}}'), "KEY_NOT_ALLOWED"],
  ["half a surrogate pair", parsed('{"a":["\\ud83d"]}'), "INVALID_ARGUMENT"],
  ["half a surrogate pair in a key", parsed('{"\\ude00":1}'), "INVALID_ARGUMENT"],
])("%s is refused", (_, patch, type) => {
  expectRefused(() => step(EMPTY_TWIN, report(patch)), type as "KEY_NOT_ALLOWED");
});

test("a refused report does not count as seen: mended, it is taken under the same number", () => {
  const before = after(report({ a: 1 }, { boot: "b", seq: 1 }));
  const text = JSON.stringify(before);
  expectRefused(() => step(before, report(nested(17), { boot: "b", seq: 2 })), "TOO_DEEP");
  expect(JSON.stringify(before)).toBe(text);
  expect(step(before, report({ a: 2 }, { boot: "b", seq: 2 })).state.reported.state).toEqual({ a: 2 });
});

test("each leaf has the time of its last change, in the shape of the section", () => {
  const state = after(
    report({ a: 1, b: { c: 1, d: [1, 2] }, e: 1 }),
    report({ a: 1, b: { c: 2 } }),
    report({ e: { f: 1 }, b: { d: null } }),
    report({ e: { f: 1, g: 2 } }),
  );
  expect(leafTimes(state.reported.times, state.reported.state)).toEqual({
    a: 1,
    b: { c: 2 },
    e: { f: 3, g: 4 },
  });
  const { reported } = step(state, report({ e: 5, b: null }), 9).state;
  expect(leafTimes(reported.times, reported.state)).toEqual({ a: 1, e: 9 });
});

test.each<[string, JsonObject, boolean]>([
  ["another value than wished", { a: 2 }, true],
  ["another value deep inside", { b: { c: 0 } }, true],
  ["the removal of what is wished", { b: null }, true],
  ["what is wished", { a: 1 }, false],
  ["what nobody wished", { x: 1, b: { y: 1 } }, false],
])("%s: the delta again or not", (_, patch, again) => {
  const before = after(replace({ a: 1, b: { c: 1 } }), report({ a: 0, b: { c: 1 } }));
  const { reply, state } = step(before, report(patch), 77);
  const missing = deltaOf(state.desired.state, state.reported.state);
  expect(reply).toEqual(again ? [{ topic: "delta", payload: { version: 1, state: missing, ts: 77 } }] : []);
});

test.each<[string, JsonObject, boolean]>([
  ["at work on it", { value: 0, code: 202, version: 2 }, false],
  ["refusing it", { value: 0, code: 400, version: 2 }, false],
  ["at work on an earlier wish", { value: 0, code: 202, version: 1 }, true],
  ["refusing an earlier wish", { value: 0, code: 400, version: 1 }, true],
])("a gateway that says it is %s: the delta again or not", (_, answer, again) => {
  const before = after(replace({ a: 1, b: 1 }), update({ a: 2 }), report({ b: 1 }));
  const { reply } = step(before, report({ a: answer }), 77);
  expect(reply).toEqual(again ? [{ topic: "delta", payload: { version: 2, state: { a: 2 }, ts: 77 } }] : []);
});

test.each<[string, JsonObject, object | undefined]>([
  ["what brings it in sync", { a: 1 }, { state: "synced", desiredVersion: 1 }],
  ["a refusal", { a: { value: 0, code: 400, version: 1 } }, { state: "refused" }],
  ["another wrong value", { a: 7 }, undefined],
  ["what is not wished for", { x: 1 }, undefined],
])("the event says how the twin stands only when that is news: %s", (_, patch, sync) => {
  const { events = [] } = step(after(replace({ a: 1 }), report({ a: 0 })), report(patch));
  expect(events).toHaveLength(1);
  if (sync) expect(events).toMatchObject([{ sync }]);
  else expect(events[0]).not.toHaveProperty("sync");
});

test("a number that no double can hold is refused: it would be null in the store", () => {
  for (const number of ["1e400", "-1e400"])
    expectRefused(() => step(EMPTY_TWIN, report(parsed(`{"a":[${number}]}`))), "NUMBER_TOO_LARGE");
  expect(step(EMPTY_TWIN, report({ a: Number.MAX_VALUE })).state.reported.state).toEqual({
    a: Number.MAX_VALUE,
  });
});
