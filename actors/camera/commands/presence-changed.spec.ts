import { expect, test } from "vitest";
import {
  cameraStep,
  camerasAfter,
  firstOf,
  hello,
  presence,
  told,
  watched,
} from "../../../test/helpers/camera-builders.ts";

test("while the gateway is away nothing is sent; when it is back it pushes again", () => {
  const away = cameraStep(watched(), presence(1, false), 2100);
  expect([away.downlinks, firstOf(away.state).stream?.phase]).toEqual([[], "INTERRUPTED"]);
  expect(told(away.events)).toMatchObject([{ type: "camera.stream.stopped", reason: "interrupted" }]);
  const back = cameraStep(away.state, presence(2, true), 9000);
  expect(back.downlinks).toMatchObject([{ topic: "start", payload: { streamId: "s1", attempt: 2 } }]);
});

test("an older word, the same again, and one about a gateway without cameras change nothing", () => {
  const away = cameraStep(watched(), presence(5, false), 2100).state;
  expect(cameraStep(away, presence(4, true)).events).toEqual([]);
  expect(cameraStep(away, presence(6, false)).events).toEqual([]);
  expect(cameraStep(camerasAfter(), presence(1, false)).events).toEqual([]);
  expect(cameraStep(camerasAfter([1, hello(1)]), presence(1, null)).events).toEqual([]);
});
