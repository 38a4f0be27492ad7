import { expect, test } from "vitest";
import {
  cameraStep,
  due,
  firstOf,
  start,
  stop,
  told,
  watched,
} from "../../../test/helpers/camera-builders.ts";

test("the last viewer to leave ends the push two seconds later, unless somebody comes", () => {
  const left = cameraStep(watched(), stop(), 5000);
  expect([left.downlinks, left.timers]).toEqual([[], [{ name: "due", at: 7000 }]]);
  expect(cameraStep(left.state, start(), 6999).reply).toMatchObject({ streamId: "s1", phase: "ON" });
  const { state, downlinks, events } = cameraStep(left.state, due, 7000);
  expect(downlinks).toMatchObject([{ topic: "stop", payload: { streamId: "s1" } }]);
  expect(told(events)).toMatchObject([
    { type: "camera.stream.stopped", reason: "released", seconds: 5.9, bytesEstimated: 1_475_000 },
  ]);
  expect([firstOf(state).stream, state.streamedMs]).toEqual([null, 5900]);
});

test("others go on watching, and who does not watch stops nothing", () => {
  const two = cameraStep(watched(), start("w", 10_000), 1200).state;
  expect(cameraStep(two, stop(), 2000).timers).toEqual([{ name: "due", at: 13_200 }]);
  expect(cameraStep(two, stop("nobody"), 2000).events).toEqual([]);
});
