import { expect, test } from "vitest";
import { refusal } from "../../test/helpers/twin-builders.ts";
import { isUpKind, UP_PAYLOADS, type UpKind } from "./payloads.ts";
import { checker } from "./validate.ts";

const check = (kind: UpKind, value: unknown) => checker(UP_PAYLOADS[kind])(value);

const COMPLETE: Record<UpKind, object> = {
  hello: {
    boot: "b1",
    firmware: "1.2.3",
    desiredVersion: 3,
    desiredHash: "44136fa355b3678a",
    board: { cpu: 0.5 },
    cameras: [{ id: "cam-1", name: "Door", ptz: true }, { id: "cam-2" }],
  },
  reported: { state: { a: { b: null } }, boot: "b1", seq: 0, ts: 1_790_000_000_000, version: 4, token: "t" },
  telemetry: { ts: 1_790_000_000_000, values: { temperature: 20.5, mode: "auto", on: true } },
  heartbeat: { ts: 1, board: { cpu: 1, memory: 2, temperature: 3, rssi: -70, uptime: 5, own: { fan: 900 } } },
  event: { id: "e1", type: "door.opened", severity: "WARNING", ts: 1, data: { by: ["key"] } },
  log: { commandId: "c1", taskId: "t1", seq: 1, level: "info", text: "line", ts: 1 },
  task: {
    taskId: "t1",
    attempt: 1,
    phase: "FAILED",
    percent: 12.5,
    version: "1.2.4",
    error: { code: "SHA_MISMATCH", message: "no" },
  },
  get: { token: "t" },
  bye: { boot: "b1", reason: "restart" },
};
const KINDS = Object.keys(COMPLETE) as UpKind[];

const MINIMAL: Record<UpKind, object> = {
  hello: { boot: "b1" },
  reported: { state: {} },
  telemetry: { values: {} },
  heartbeat: { board: {} },
  event: { type: "x" },
  log: { seq: 0, text: "" },
  task: { taskId: "t1", attempt: 0, phase: "ACCEPTED" },
  get: {},
  bye: { boot: "b1" },
};

test("the contract's kinds, and no others", () => {
  expect(Object.keys(UP_PAYLOADS).sort()).toEqual([...KINDS].sort());
  expect(KINDS.every(isUpKind)).toBe(true);
  for (const other of ["toString", "__proto__", "Hello", "", "reported/x"])
    expect(isUpKind(other)).toBe(false);
});

test.each(KINDS)("%s: everything the contract names, and only what it demands", (kind) => {
  expect(check(kind, COMPLETE[kind])).toBe(COMPLETE[kind]);
  expect(check(kind, MINIMAL[kind])).toBe(MINIMAL[kind]);
});

test.each(KINDS)("%s: an unknown key is refused", (kind) => {
  const { type, message } = refusal(() => check(kind, { ...COMPLETE[kind], surplus: 1 }));
  expect(type).toBe("INVALID_ARGUMENT");
  expect(message).not.toContain("?");
});

const REQUIRED = KINDS.flatMap((kind) =>
  Object.keys(MINIMAL[kind]).map((name): [UpKind, string] => [kind, name]),
);
test.each(REQUIRED)("%s: without %s it is refused", (kind, name) => {
  const { [name]: _, ...rest } = MINIMAL[kind] as Record<string, unknown>;
  expect(refusal(() => check(kind, rest)).type).toBe("INVALID_ARGUMENT");
});

const OF_WRONG_TYPE = KINDS.flatMap((kind) =>
  Object.keys(COMPLETE[kind]).map((name): [UpKind, string] => [kind, name]),
);
test.each(OF_WRONG_TYPE)("%s: a wrong type of %s is refused", (kind, name) => {
  for (const wrong of [null, [[]]]) {
    expect(refusal(() => check(kind, { ...COMPLETE[kind], [name]: wrong })).type).toBe("INVALID_ARGUMENT");
  }
});

test("telemetry may come as an array", () => {
  const batch = [COMPLETE.telemetry, MINIMAL.telemetry];
  expect(check("telemetry", batch)).toBe(batch);
  expect(check("telemetry", [])).toEqual([]);
  refusal(() => check("telemetry", [COMPLETE.telemetry, { ts: 1 }]));
  refusal(() => check("telemetry", { values: { a: { b: 1 } } }));
  refusal(() => check("telemetry", { values: { a: null } }));
});

test.each<[UpKind, object]>([
  ["reported", { state: [] }],
  ["reported", { state: {}, seq: -1 }],
  ["reported", { state: {}, ts: 1.5 }],
  ["hello", { boot: "" }],
  ["hello", { boot: "b".repeat(129) }],
  ["hello", { boot: "b", cameras: Array.from({ length: 65 }, (_, index) => ({ id: `c${index}` })) }],
  ["event", { type: "x", severity: "warning" }],
  ["task", { taskId: "t", attempt: 1, phase: "DONE" }],
  ["task", { taskId: "t", attempt: 1, phase: "INSTALLING", percent: 101 }],
  ["task", { taskId: "t", attempt: 1, phase: "FAILED", error: { code: 1 } }],
  ["log", { seq: 1, text: "x".repeat(16_385) }],
])("%s: %j is refused", (kind, value) => {
  expect(refusal(() => check(kind, value)).type).toBe("INVALID_ARGUMENT");
});
