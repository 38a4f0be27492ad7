import fc from "fast-check";
import { expect, test } from "vitest";
import {
  patches,
  refusal,
  replace,
  report,
  sections,
  step,
  twinOfSize,
  update,
} from "../../test/helpers/twin-builders.ts";
import { EMPTY_TWIN } from "./state.ts";

test("a section is refused exactly when its text is larger than the limit", () => {
  const limit = 120;
  const small = twinOfSize(limit);
  const changes = fc.array(
    fc.oneof(
      patches.map((patch) => report(patch)),
      patches.map((patch) => update(patch)),
      sections.map((s) => replace(s)),
    ),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(changes, (history) => {
      let state = EMPTY_TWIN;
      for (const command of history) {
        const section = command.name === "reportState" ? "reported" : "desired";
        const wanted = step(state, command).state[section];
        const size = Buffer.byteLength(JSON.stringify(wanted.state));
        if (size > limit) {
          const error = refusal(() => step(state, command, 1, small));
          expect([error.type, error.data.size]).toEqual(["SECTION_TOO_LARGE", size]);
        } else {
          state = step(state, command, 1, small).state;
          expect(state[section].state).toEqual(wanted.state);
          expect(state[section].bytes).toBeGreaterThanOrEqual(size);
        }
      }
    }),
  );
});
