import fc from "fast-check";
import { expect, test } from "vitest";
import type { TwinCommand } from "../../../actors/twin/contract.ts";
import { EMPTY_TWIN, type TwinState } from "../../../actors/twin/state.ts";
import { lay, layer, patches, report, sections, step, update } from "../../../test/helpers/twin-builders.ts";
import { entriesOf } from "./entries.ts";
import { foldStep, type Known } from "./fold.ts";

const commands: fc.Arbitrary<TwinCommand> = fc.oneof(
  patches.map((patch) => update(patch)),
  patches.map((patch) => report(patch)),
  fc.tuple(sections, sections).map(([a, b]) => lay(layer("p1", a), layer("p2", b))),
  fc.constant(lay()),
);

const shown = ({ version, desired, reported }: TwinState) => [version, desired.state, reported.state];

test("the journal knows each version of a twin, with profiles under its values too", () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 12 }), (history) => {
      let [state, known]: [TwinState, Known] = [EMPTY_TWIN, EMPTY_TWIN];
      for (const [pos, command] of history.entries()) {
        const { events = [], state: next } = step(state, command, pos);
        const change = { actorId: "gw-1", time: pos, events: JSON.parse(JSON.stringify(events)) };
        const row = { type: "twin", partition: 0, pos, epoch: 1, first: 0, changes: [change] };
        for (const entry of entriesOf(row)) known = foldStep(known, entry);
        state = next;
        expect(known && shown(known)).toEqual(shown(state));
      }
    }),
  );
});

test("events tell which profiles were laid, without their values, and not what only the twin needs", () => {
  const { events = [] } = step(EMPTY_TWIN, lay(layer("base", { a: 1 })));
  const change = { actorId: "gw-1", time: 1, events };
  const [laid, updated] = entriesOf({
    type: "twin",
    partition: 0,
    pos: 1,
    epoch: 1,
    first: 0,
    changes: [change],
  });
  expect(laid?.data).toEqual({ profiles: [{ profileId: "base", revision: 1, priority: 0 }] });
  expect(updated).toMatchObject({ actor: "config-profiles", version: 1 });
  expect(updated?.data).toEqual({ patch: { a: 1 }, version: 1, sectionVersion: 1 });
});
