import { expect, test } from "vitest";
import {
  acquire,
  cameraStep,
  camerasAfter,
  firstOf,
  hello,
  release,
  told,
} from "../../../test/helpers/camera-builders.ts";

const held = () => camerasAfter([1, hello(1)], [1000, acquire("ann")]);

test("the holder, or who may take it over, releases it", () => {
  for (const command of [release("ann"), release("root", true)]) {
    const { state, events } = cameraStep(held(), command);
    expect(firstOf(state).control).toBeNull();
    expect(told(events)).toMatchObject([{ type: "camera.control.released", holder: "ann" }]);
  }
  expect(() => cameraStep(held(), release("bob"))).toThrow("controlled by ann");
});

test("what nobody holds any more needs no release", () => {
  expect(cameraStep(held(), release("bob"), 5000).events).toEqual([]);
});
