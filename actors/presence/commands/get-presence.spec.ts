import { expect, test } from "vitest";
import {
  after,
  close,
  connection,
  flapping,
  get,
  open,
  step,
} from "../../../test/helpers/presence-builders.ts";
import { EMPTY_PRESENCE } from "../state.ts";

const view = (state = EMPTY_PRESENCE, now = 20_000) => step(state, get, now).reply;

test("of a gateway that nobody heard of", () => {
  expect(view()).toEqual({
    gatewayId: "gw-1",
    state: "UNKNOWN",
    sinceTime: 0,
    connections: [],
    isFlapping: false,
    reconnects: 0,
  });
});

test("with its open connections, newest last", () => {
  const connections = [connection("a"), connection("b")];
  expect(view(after(open("a"), open("b")))).toMatchObject({ state: "ONLINE", sinceTime: 1000, connections });
});

test("the fifth reconnect within five minutes marks it, the fourth does not", () => {
  const four = after(...[0, 1, 2, 3].flatMap((i) => [open(`s${i}`), close(`s${i}`)]), open("s4"));
  expect(view(four)).toMatchObject({ isFlapping: false, reconnects: 4 });
  expect(view(flapping())).toMatchObject({ isFlapping: true, reconnects: 5 });
});

test("five reconnects over a longer time are nothing", () => {
  let state = after(open("s0"));
  for (let i = 1; i <= 20; i += 1) state = step(state, open(`s${i}`), i * 100_000).state;
  expect(view(state, 2_000_000)).toMatchObject({ isFlapping: false });
});

test("the mark stays while it comes back now and then, and ends by itself after five quiet minutes", () => {
  let state = flapping();
  for (let i = 1; i <= 5; i += 1) state = step(state, open(`more${i}`), i * 240_000).state;
  expect(view(state, 1_200_000)).toMatchObject({ isFlapping: true });
  expect(view(state, 1_200_000 + 300_000)).toMatchObject({ isFlapping: true });
  expect(view(state, 1_200_000 + 360_000)).toMatchObject({ isFlapping: false, reconnects: 0 });
});

test("the count is right however often it comes, and forgets the future when the clock was set back", () => {
  let state = after(open("first"));
  for (let i = 0; i < 500; i += 1) state = step(state, open(`s${i}`), 10_000 + i * 100).state;
  expect(view(state, 60_000)).toMatchObject({ reconnects: 500 });
  expect(view(state, -1)).toMatchObject({ isFlapping: false, reconnects: 0 });
});
