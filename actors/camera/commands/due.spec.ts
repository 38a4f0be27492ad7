import { expect, test } from "vitest";
import {
  cameraStep,
  camerasAfter,
  due,
  firstOf,
  hello,
  start,
  told,
  watched,
} from "../../../test/helpers/camera-builders.ts";

test("a lease that has expired ends the push, after the grace", () => {
  expect(cameraStep(watched(), due, 62_999).downlinks).toEqual([]);
  const { downlinks, events } = cameraStep(watched(), due, 63_000);
  expect(downlinks).toMatchObject([{ topic: "stop" }]);
  expect(told(events)).toMatchObject([{ type: "camera.stream.stopped", reason: "expired" }]);
});

test("a start without an answer is looked after with the same name, and given up after a while", () => {
  const starting = camerasAfter([1, hello(1)], [1000, start()]);
  expect(cameraStep(starting, due, 6000).downlinks).toMatchObject([
    { topic: "start", payload: { attempt: 1 } },
  ]);
  const { state, downlinks } = cameraStep(starting, due, 31_000);
  expect(firstOf(state).stream).toBeNull();
  expect(downlinks).toMatchObject([{ topic: "stop", payload: { streamId: "s1" } }]);
});
