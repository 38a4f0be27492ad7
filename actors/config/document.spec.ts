import { expect, test } from "vitest";
import {
  changed,
  configAfter,
  due,
  presence,
  resync,
  runAttempts,
  traffic,
} from "../../test/helpers/config-builders.ts";
import { packConfig, unpackConfig } from "./document.ts";
import { type ConfigState, EMPTY_CONFIG } from "./state.ts";

const open = configAfter([1, changed(1, "open", { refused: [{ path: "/a", code: 400, text: "no" }] })]);

test.each<[string, ConfigState]>([
  ["nothing known", EMPTY_CONFIG],
  ["in sync", configAfter([1, changed(7, "synced")])],
  ["delivering", open],
  ["given up", runAttempts(open).state],
  ["away, to be told everything", configAfter([1, presence(3, false)], [2, changed(1, "open")], [3, resync])],
  ["told everything while in sync", configAfter([1, changed(1, "synced")], [2, resync], [3, due])],
  ["with traffic", configAfter([1, changed(1, "synced")], [2, traffic(10, 5)])],
])("%s comes back from its document as it was", (_, state) => {
  const text = JSON.stringify(packConfig(state));
  expect(unpackConfig(JSON.parse(text))).toEqual(state);
});

test("the document of a gateway in sync is small", () => {
  const state = configAfter(
    [1, presence(1_000_000, false)],
    [2, changed(1000, "open")],
    [3, changed(1001, "synced")],
  );
  expect(JSON.stringify(packConfig(state)).length).toBeLessThan(80);
});
