import { expect, test } from "vitest";
import {
  answered,
  cameraStep,
  camerasAfter,
  firstOf,
  hello,
  presence,
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

test("who comes back switched on anew is told once, whichever of presence and hello is heard first", () => {
  const away = cameraStep(watched(), presence(1, false), 2100).state;
  const [back, anew] = [presence(2, true), hello(2, "b2")];
  for (const heard of [
    [back, anew],
    [anew, back],
    [back, answered("s1", 2), anew],
  ]) {
    let state = away;
    const starts = heard.flatMap((command, n) => {
      const step = cameraStep(state, command, 9000 + n);
      state = step.state;
      return step.downlinks;
    });
    expect(starts).toMatchObject([{ topic: "start", payload: { streamId: "s1", attempt: 2 } }]);
  }
});

test("who is back and switched on anew later has forgotten its pushes", () => {
  const away = cameraStep(watched(), presence(1, false), 2100).state;
  const back = cameraStep(away, presence(2, true), 9000).state;
  const { downlinks } = cameraStep(back, hello(2, "b2"), 14_000);
  expect(downlinks).toMatchObject([{ topic: "start", payload: { streamId: "s1", attempt: 3 } }]);
});
