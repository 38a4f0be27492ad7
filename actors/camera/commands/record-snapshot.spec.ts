import { expect, test } from "vitest";
import { CAMERA, cameraStep, watched } from "../../../test/helpers/camera-builders.ts";

test("a snapshot is told, and changes nothing", () => {
  const params = { cameraId: CAMERA, by: "ann", artifactId: "a1" };
  const before = watched();
  const { events, state } = cameraStep(before, { name: "recordSnapshot", params });
  expect(events).toEqual([{ type: "camera.snapshot.taken", ...params }]);
  expect(state).toBe(before);
});
