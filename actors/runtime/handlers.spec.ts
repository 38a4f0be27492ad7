import { expect, test } from "vitest";
import { refusal } from "../../test/helpers/twin-builders.ts";
import { decideBy } from "./handlers.ts";

type Known = { readonly add: { readonly params: number; readonly reply: number } };

const handlers = { add: (_: null, state: number, by: number) => ({ reply: state + by }) };
const context = { actorId: "gw-1", now: 0 };

test("a command that only a later version knows is refused, to be asked again; it is no dead letter", () => {
  const command: { readonly name: string; readonly params: number } = { name: "multiply", params: 2 };
  const decide = () =>
    decideBy<null, number, Known, never, "add">(handlers, null, 3, command as never, context);
  expect(refusal(decide)).toMatchObject({ type: "SERVICE_UNAVAILABLE", retryable: true });
  expect(
    decideBy<null, number, Known, never, "add">(handlers, null, 3, { name: "add", params: 2 }, context),
  ).toEqual({ reply: 5 });
});
