import { expect, test } from "vitest";
import {
  answered,
  cameraStep,
  camerasAfter,
  firstOf,
  hello,
  start,
  told,
  watched,
} from "../../../test/helpers/camera-builders.ts";

const starting = () => camerasAfter([1, hello(1)], [1000, start()]);

test("a first start that failed leaves nothing but the word of it", () => {
  const { state, events, downlinks } = cameraStep(
    starting(),
    answered("s1", 1, { ok: false, isUncertain: false }),
  );
  expect(told(events)).toMatchObject([{ type: "camera.stream.failed", severity: "WARNING", streamId: "s1" }]);
  expect(firstOf(state)).toMatchObject({ stream: null, leases: [], stops: [] });
  expect(downlinks).toEqual([]);
});

test("one that may have begun all the same is told to end", () => {
  const { downlinks } = cameraStep(starting(), answered("s1", 1, { ok: false, isUncertain: true }));
  expect(downlinks).toMatchObject([{ topic: "stop", payload: { streamId: "s1", attempt: 1 } }]);
});

test.each([
  ["s0", 1],
  ["s1", 2],
])("an answer to another start (%s, %i) changes nothing", (streamId, attempt) => {
  expect(cameraStep(starting(), answered(streamId, attempt)).events).toEqual([]);
});

test("a stream that viewers have seen is tried again when its restart fails", () => {
  const restarting = cameraStep(watched(), hello(2, "b2"), 2000).state;
  const { state } = cameraStep(restarting, answered("s1", 2, { ok: false, isUncertain: false }), 3000);
  expect(firstOf(state)).toMatchObject({
    stream: { phase: "INTERRUPTED", dueTime: 8000 },
    leases: [{ viewer: "v" }],
  });
});
