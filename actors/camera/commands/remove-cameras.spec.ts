import { expect, test } from "vitest";
import { camera, cameraStep, told, watched } from "../../../test/helpers/camera-builders.ts";

const remove = (order: number) => ({ name: "removeCameras", params: { order } }) as const;

test("nothing is left of a deleted gateway", () => {
  const { state, events, timers, downlinks } = cameraStep(watched(), remove(3), 2100);
  expect(camera.isEmpty(state)).toBe(true);
  expect(told(events)).toMatchObject([{ type: "camera.stream.stopped", reason: "removed" }]);
  expect([timers, downlinks]).toEqual([[{ name: "due", at: null }], []]);
});

test("a word from before the present cameras changes nothing", () => {
  expect(cameraStep(watched(), remove(0)).events).toEqual([]);
});
