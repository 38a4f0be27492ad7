import { expect, test } from "vitest";
import {
  cameraStep,
  camerasAfter,
  firstOf,
  hello,
  told,
  watched,
} from "../../../test/helpers/camera-builders.ts";

const ids = (state: ReturnType<typeof watched>) => state.cameras.map(({ cameraId }) => cameraId);

test("a hello without cameras keeps those that are known, and one from before them changes nothing", () => {
  const quiet = { order: 2, boot: "b1" };
  expect(ids(cameraStep(watched(), { name: "helloHeard", params: quiet }).state)).toEqual(["c1"]);
  expect(cameraStep(watched(), hello(0, "b0", [])).events).toEqual([]);
  expect(cameraStep(camerasAfter(), { name: "helloHeard", params: quiet }).events).toEqual([]);
});

test("a camera that is gone takes its stream with it, the others go on", () => {
  const { state, events } = cameraStep(watched(), hello(2, "b1", ["c2", "c2", "c3"]), 2100);
  expect(ids(state)).toEqual(["c2", "c3"]);
  expect(told(events)).toMatchObject([{ type: "camera.stream.stopped", cameraId: "c1", seconds: 1 }]);
  expect(firstOf(cameraStep(watched(), hello(2, "b1", ["c1", "c2"]), 2100).state).stream?.phase).toBe("ON");
});

test("who was switched on anew pushes again, once however often it is told", () => {
  const { state, downlinks, events } = cameraStep(watched(), hello(2, "b2"), 2100);
  expect(downlinks).toMatchObject([{ topic: "start", payload: { streamId: "s1", attempt: 2 } }]);
  expect(told(events)).toMatchObject([{ type: "camera.stream.stopped", reason: "interrupted" }]);
  expect(cameraStep(state, hello(2, "b2"), 2200).events).toEqual([]);
});
