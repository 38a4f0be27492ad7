import { expect, test } from "vitest";
import {
  after,
  changes,
  close,
  flapping,
  graceDue,
  open,
  SILENCE,
  step,
} from "../../../test/helpers/presence-builders.ts";

const suspect = after(open("a"), close("a", "lost"));

test("it did not come back: offline, for the reason it went", () => {
  const over = step(suspect, graceDue, 12_000);
  expect(changes(over)).toEqual(["SUSPECT>OFFLINE lost"]);
  expect(over.state).toMatchObject({ state: "OFFLINE", sinceTime: 12_000 });
  expect(over.state.ended).toBeUndefined();
});

test("it may have come back while nobody listened: the next owner waits for a keep-alive", () => {
  const claimed = 1_000_000;
  expect(step(suspect, graceDue, claimed + 5, claimed)).toEqual({
    postponed: [{ name: "grace", at: claimed + SILENCE }],
    reply: null,
    state: suspect,
  });
  expect(changes(step(suspect, graceDue, claimed + SILENCE, claimed))).toEqual(["SUSPECT>OFFLINE lost"]);
});

test("a flapping one, of which nobody was told that it went, is offline now", () => {
  const gone = step(flapping(), close("s5"), 20_000).state;
  expect(changes(step(gone, graceDue, 80_000))).toEqual(["ONLINE>OFFLINE lost"]);
});

test("it is back already", () => {
  const online = after(open("a"), close("a"), open("b"));
  expect(step(online, graceDue, 12_000)).toEqual({ reply: null, state: online });
});
