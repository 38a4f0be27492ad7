import { expect, test } from "vitest";
import { cameraStep, keep, watched } from "../../../test/helpers/camera-builders.ts";

test("who watches goes on, who does not is told so", () => {
  expect(cameraStep(watched(), keep(), 31_000)).toMatchObject({
    reply: { expireTime: 91_000 },
    downlinks: [],
  });
  expect(() => cameraStep(watched(), keep("w"), 2000)).toThrow("does not watch");
  expect(() => cameraStep(watched(), keep(), 61_000)).toThrow("does not watch");
});
