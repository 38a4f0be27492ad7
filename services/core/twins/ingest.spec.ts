import { expect, test } from "vitest";
import { DomainError, type ErrorType } from "../../../actors/contracts/errors.ts";
import type { UpMessage } from "../../../actors/contracts/twins.ts";
import { type Outcome, rejected } from "../../../actors/runtime/actor.ts";
import type { TwinCommand, TwinReply } from "../../../actors/twin/contract.ts";
import { ingest } from "./ingest.ts";

type Done = (outcome: Outcome<TwinReply>) => void;

const reported = (gatewayId: string, state: object): UpMessage => ({
  gatewayId,
  kind: "reported",
  payload: Buffer.from(JSON.stringify({ state })),
});

/** Decides each message by its patch; `taken` are those that reached an actor. */
function hostWhich(decide: (patch: Record<string, unknown>, done: Done) => void) {
  const taken: string[] = [];
  return {
    taken,
    deliver: (gatewayId: string, { params }: TwinCommand, done: Done) => {
      const { patch } = params as { patch: Record<string, unknown> };
      taken.push(`${gatewayId} ${JSON.stringify(patch)}`);
      decide(patch, done);
    },
  };
}

const refusal = (type: ErrorType) => rejected<TwinReply>(new DomainError(type).toValue());
const typesOf = (outcomes: readonly Outcome<unknown>[]) =>
  outcomes.map((outcome) => (outcome.ok ? "ok" : outcome.error.type));

test("each message has its outcome, in order, and answers are JSON text", async () => {
  const host = hostWhich((patch, done) =>
    queueMicrotask(() =>
      done({ ok: true, reply: patch.a ? [{ topic: "ack", payload: { version: 1 } }] : [] }),
    ),
  );
  const outcomes = await ingest(host, [reported("gw-1", { a: 1 }), reported("gw-2", {})]);
  expect(outcomes).toEqual([
    { ok: true, reply: [{ topic: "ack", payload: '{"version":1}' }] },
    { ok: true, reply: [] },
  ]);
});

test("nothing is answered with nothing", async () => {
  expect(
    await ingest(
      hostWhich(() => undefined),
      [],
    ),
  ).toEqual([]);
});

test("when a message must be sent again, the later ones of its gateway are not applied before it", async () => {
  let room = 1;
  const host = hostWhich((_, done) => {
    done(room > 0 ? { ok: true, reply: [] } : refusal("OVERLOADED"));
    // A host has room again as soon as something else was answered.
    room = room > 0 ? 0 : 1;
  });
  const outcomes = await ingest(host, [
    reported("gw-1", { n: 1 }),
    reported("gw-2", { n: 2 }),
    reported("gw-2", { n: 3 }),
    reported("gw-3", { n: 4 }),
    reported("gw-2", { n: 5 }),
  ]);
  expect(typesOf(outcomes)).toEqual(["ok", "OVERLOADED", "OVERLOADED", "ok", "OVERLOADED"]);
  expect(host.taken).toEqual(['gw-1 {"n":1}', 'gw-2 {"n":2}', 'gw-3 {"n":4}']);
});

test("a message that can never succeed holds up nothing", async () => {
  const host = hostWhich((_, done) => done({ ok: true, reply: [] }));
  const garbage: UpMessage = { gatewayId: "gw-1", kind: "reported", payload: Buffer.from("{") };
  expect(typesOf(await ingest(host, [garbage, reported("gw-1", { n: 1 })]))).toEqual([
    "MALFORMED_JSON",
    "ok",
  ]);
});
