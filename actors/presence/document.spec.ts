import { expect, test } from "vitest";
import { after, close, flapping, open, presence, step } from "../../test/helpers/presence-builders.ts";
import { EMPTY_PRESENCE } from "./state.ts";

const stored = (state = EMPTY_PRESENCE) => JSON.stringify(presence.pack(state));
const uuid = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`;

test.each([
  ["online", after(open("a"))],
  ["offline", after(open("a"), close("a", "left"))],
  ["in grace", after(open("a"), close("a"))],
  ["flapping and in grace unnoticed", step(flapping(), close("s5"), 20_000).state],
])("%s: it comes back as it was", (_, state) => {
  expect(presence.unpack(JSON.parse(stored(state)))).toEqual(state);
});

test("it is small: a gateway that is online without trouble, and the worst case", () => {
  const steady = step(EMPTY_PRESENCE, open(uuid(1)), 1_800_000_000_000).state;
  expect(stored(steady).length).toBeLessThan(100);
  const wild = Array.from({ length: 60 }, (_, i) => [open(uuid(i)), ...(i % 2 ? [close(uuid(i))] : [])]);
  expect(stored(after(...wild.flat())).length).toBeLessThan(1800);
});
