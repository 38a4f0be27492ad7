import { expect, test } from "vitest";
import { type Labelled, layersOf, type Profile } from "./layers.ts";
import { ownOf } from "./own.ts";

const profile = (profileId: string, more: Partial<Profile> = {}): Profile => ({
  profileId,
  revision: 1,
  priority: 0,
  desired: {},
  percent: 100,
  accepts: () => true,
  ...more,
});

test("a gateway gets the profiles whose filter and percent choose it, by id", () => {
  const isNorth = ({ labels }: Labelled) => labels.site === "north";
  const profiles = [profile("z"), profile("none", { percent: 0 }), profile("north", { accepts: isNorth })];
  const names = (site: string) =>
    layersOf({ gatewayId: "gw-1", labels: { site } }, profiles).map(({ profileId }) => profileId);
  expect(names("north")).toEqual(["north", "z"]);
  expect(names("south")).toEqual(["z"]);
});

test("what no profile has set is a gateway's own", () => {
  const state = { a: 1, b: { c: 2, d: [3] }, e: { f: 4 } };
  const sources = {
    a: "gateway",
    b: { c: "configProfiles/p", d: "gateway" },
    e: { f: "configProfiles/p" },
  };
  expect(ownOf(state, sources)).toEqual({ a: 1, b: { d: [3] } });
});
