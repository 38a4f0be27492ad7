import { expect, test } from "vitest";
import {
  answered,
  CAMERA,
  cameraStep,
  camerasAfter,
  firstOf,
  hello,
  presence,
  start,
  told,
  watched,
} from "../../../test/helpers/camera-builders.ts";

test("the first viewer lets the push begin, and others share it", () => {
  const first = cameraStep(camerasAfter([1, hello(1)]), start());
  expect(first.downlinks).toEqual([
    {
      gatewayId: "gw-1",
      topic: "start",
      payload: { cameraId: CAMERA, streamId: "s1", attempt: 1, by: "ann" },
    },
  ]);
  expect(first.reply).toEqual({
    streamId: "s1",
    phase: "STARTING",
    url: null,
    attempt: 1,
    expireTime: 61_000,
  });
  const second = cameraStep(first.state, start("w", 60_000, "s2"), 1500);
  expect(second.downlinks).toEqual([]);
  expect(second.reply).toMatchObject({ streamId: "s1", expireTime: 61_500 });
  expect(told(cameraStep(second.state, answered(), 1600).events)).toEqual([
    { type: "camera.stream.started", by: "ann", cameraId: CAMERA, streamId: "s1", viewers: 2 },
  ]);
});

test("a call that hardly extends the lease changes nothing; a shorter one takes nothing away", () => {
  for (const ttlMs of [60_000, 10_000]) {
    const { events, timers, downlinks, reply } = cameraStep(watched(), start("v", ttlMs), 6000);
    expect([events, timers, downlinks]).toEqual([[], [], []]);
    expect(reply).toMatchObject({ phase: "ON", url: "rtsp://x", expireTime: 61_000 });
  }
  expect(cameraStep(watched(), start(), 9000).reply).toMatchObject({ expireTime: 69_000 });
});

test("viewers are bounded, and those that have left make room", () => {
  let state = watched();
  for (let n = 1; n < 50; n += 1) state = cameraStep(state, start(`w${n}`, 30_000), 1200).state;
  expect(() => cameraStep(state, start("more"), 1300)).toThrow("50 viewers");
  expect(firstOf(cameraStep(state, start("more"), 40_000).state).leases).toHaveLength(2);
});

test("while the gateway is away there is no new lease, and who had one keeps it as it was", () => {
  const away = cameraStep(watched(), presence(1, false), 2100).state;
  for (const viewer of ["v", "w"])
    expect(() => cameraStep(away, start(viewer, 300_000), 3000)).toThrow("offline");
  const again = cameraStep(away, presence(2, true), 4000).state;
  expect(firstOf(again).leases).toEqual([{ viewer: "v", by: "ann", expireTime: 61_000 }]);
});

test("there has to be such a camera", () => {
  expect(() => cameraStep(camerasAfter(), start())).toThrow("has no camera");
});
