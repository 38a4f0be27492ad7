import { expect, test } from "vitest";
import { acquire, CAMERA, cameraStep, camerasAfter, hello } from "../../../test/helpers/camera-builders.ts";

const check = (by: string, cameraId = CAMERA) => ({ name: "checkMove", params: { cameraId, by } }) as const;

test("whoever may, when nobody else has control and the camera can be moved", () => {
  const held = camerasAfter([1, hello(1)], [1000, acquire("ann")]);
  expect(cameraStep(held, check("ann")).reply).toBeNull();
  expect(() => cameraStep(held, check("bob"))).toThrow("controlled by ann");
  expect(cameraStep(held, check("bob"), 3000).reply).toBeNull();
  const fixed = camerasAfter([
    1,
    { name: "helloHeard", params: { order: 1, boot: "b", cameras: [{ id: CAMERA }] } },
  ]);
  expect(() => cameraStep(fixed, check("ann"))).toThrow("cannot be moved");
  expect(() => cameraStep(fixed, check("ann", "other"))).toThrow("has no camera");
});
