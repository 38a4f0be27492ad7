import { expect, test } from "vitest";
import { acquire, cameraStep, camerasAfter, hello, told } from "../../../test/helpers/camera-builders.ts";

const free = () => camerasAfter([1, hello(1)]);
const held = () => cameraStep(free(), acquire("ann")).state;

test("the first one gets it, and more time without another word", () => {
  const { events, reply, state } = cameraStep(free(), acquire("ann"));
  expect(told(events)).toMatchObject([{ type: "camera.control.acquired", by: "ann", expireTime: 2000 }]);
  expect(reply).toEqual({ holder: "ann", expireTime: 2000 });
  const more = cameraStep(state, acquire("ann"), 1500);
  expect([told(more.events), more.reply]).toEqual([[], { holder: "ann", expireTime: 2500 }]);
});

test("others are told who has it until when, and get it after that", () => {
  expect(() => cameraStep(held(), acquire("bob"), 1999)).toThrow("ann until 1970-01-01T00:00:02.000Z");
  expect(cameraStep(held(), acquire("bob"), 2000).reply).toMatchObject({ holder: "bob" });
});

test("who may takes it over", () => {
  expect(told(cameraStep(held(), acquire("root", true)).events)).toMatchObject([
    { type: "camera.control.takenOver", by: "root", from: "ann" },
  ]);
});
