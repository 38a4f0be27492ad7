import fc from "fast-check";
import { expect, test } from "vitest";
import { layer, naiveMerge, patches, sections } from "../../test/helpers/twin-builders.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../contracts/json.ts";
import { deltaOf } from "./merge-patch.ts";
import { inOrder, layered, sourcesOf } from "./profiles.ts";

const ids = ["p1", "p2", "p3", "p4"];
const sets = fc
  .tuple(
    ...ids.map((id) =>
      fc.tuple(patches, fc.integer({ min: -1, max: 1 })).map(([d, priority]) => layer(id, d, { priority })),
    ),
  )
  .chain((all) => fc.shuffledSubarray(all));

const leaves = (value: JsonValue, path: readonly string[] = []): [string, JsonValue][] =>
  isJsonObject(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([key, below]) => leaves(below, [...path, key]))
    : [[JSON.stringify(path), value]];

test("law: the order in which profiles are given does not matter", () => {
  fc.assert(
    fc.property(sets, sections, (layers, own) => {
      expect(inOrder(layers.toReversed())).toEqual(inOrder(layers));
      const forth = layered({ own, layers: inOrder(layers) });
      expect(JSON.stringify(layered({ own, layers: inOrder(layers.toReversed()) }))).toBe(
        JSON.stringify(forth),
      );
    }),
  );
});

test("law: it is the merge by priority, then by id, and the gateway's own values on top", () => {
  fc.assert(
    fc.property(sets, sections, (layers, own) => {
      const sorted = [...layers].sort(
        (a, b) => a.priority - b.priority || ids.indexOf(a.profileId) - ids.indexOf(b.profileId),
      );
      const documents = [...sorted.map(({ desired }) => naiveMerge({}, desired)), own];
      const expected = documents.reduce<JsonValue>((below, document) => naiveMerge(below, document), {});
      expect(layered({ own, layers: inOrder(layers) })).toEqual(expected);
      expect(deltaOf(own, expected as JsonObject)).toBeUndefined();
    }),
  );
});

test("law: a leaf comes from the uppermost who set it", () => {
  fc.assert(
    fc.property(sets, sections, (layers, own) => {
      const profiles = { own, layers: inOrder(layers) };
      const state = layered(profiles);
      const sources = new Map(leaves(sourcesOf(profiles, state)));
      const ownLeaves = new Map(leaves(own));
      for (const [path, value] of leaves(state)) {
        if (isJsonObject(value)) continue;
        const top = profiles.layers.findLast(({ desired }) => new Map(leaves(desired)).has(path));
        const source = ownLeaves.has(path) ? "gateway" : `configProfiles/${top?.profileId}`;
        expect([path, sources.get(path)]).toEqual([path, source]);
      }
    }),
  );
});
