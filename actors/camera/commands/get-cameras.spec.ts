import { expect, test } from "vitest";
import { cameraStep, watched } from "../../../test/helpers/camera-builders.ts";

test("the cameras, and how long they have streamed up to now", () => {
  const { reply, events } = cameraStep(watched(), { name: "getCameras", params: {} }, 3100);
  expect(reply).toMatchObject({ cameras: [{ cameraId: "c1" }], streamedMs: 2000 });
  expect(events).toEqual([]);
});
