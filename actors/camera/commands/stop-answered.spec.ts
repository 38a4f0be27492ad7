import { expect, test } from "vitest";
import {
  cameraStep,
  due,
  firstOf,
  stop,
  stopAnswered,
  watched,
} from "../../../test/helpers/camera-builders.ts";

test("a push that does not end is told again, until the gateway has answered", () => {
  const stopping = cameraStep(cameraStep(watched(), stop(), 5000).state, due, 7000).state;
  const again = cameraStep(stopping, due, 12_000);
  expect(again.downlinks).toMatchObject([{ topic: "stop", payload: { attempt: 2 } }]);
  const { state, timers } = cameraStep(again.state, stopAnswered(), 12_500);
  expect([firstOf(state).stops, timers]).toEqual([[], [{ name: "due", at: null }]]);
});
