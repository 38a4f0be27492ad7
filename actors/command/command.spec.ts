import fc from "fast-check";
import { expect, test } from "vitest";
import { answer, cancel, create } from "../../test/helpers/command-builders.ts";
import { CommandWorld } from "../../test/helpers/command-world.ts";
import { COMMAND_PRIORITIES } from "../contracts/commands.ts";

type Action = (world: CommandWorld) => void;
const named = (text: string, act: Action): Action => Object.assign(act, { toString: () => text });

const requests = fc.integer({ min: 0, max: 60 }).map((n) => `r${n}`);
const timeouts = fc.constantFrom(1000, 5000, 10_000, 300_000);
const creates = fc
  .tuple(requests, fc.constantFrom(...COMMAND_PRIORITIES), timeouts)
  .map(([request, priority, timeoutMs]) => ({
    text: `create ${request} ${priority} ${timeoutMs}`,
    command: create(request, { priority, timeoutMs }),
  }));
const answers = fc.tuple(requests, fc.boolean()).map(([request, isGood]) => ({
  text: `answer ${request} ${isGood}`,
  command: answer(request, isGood ? { result: { n: 1 } } : { error: { code: 1, message: "no" } }),
}));
const cancels = requests.map((request) => ({ text: `cancel ${request}`, command: cancel(request) }));
const told = fc.oneof({ weight: 3, arbitrary: creates }, answers, cancels);

const tell = told.map(({ text, command }) => named(text, (world) => world.tell(command)));
const die = told.map(({ text, command }) => named(`die after ${text}`, (world) => world.dieAfter(command)));
const hello = fc.constant(named("hello", (world) => world.tell({ name: "sendAgain", params: {} })));
const pass = fc
  .oneof(fc.integer({ min: 1, max: 4000 }), fc.constantFrom(1000, 3000, 10_000))
  .map((ms) => named(`pass ${ms}`, (world) => world.pass(ms)));
const claim = fc.integer({ min: 0, max: 8000 }).map((ms) => named(`claim ${ms}`, (world) => world.claim(ms)));

const histories = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: tell },
    { weight: 2, arbitrary: die },
    { weight: 1, arbitrary: hello },
    { weight: 6, arbitrary: pass },
    { weight: 2, arbitrary: claim },
  ),
  { maxLength: 120, size: "max" },
);

test("each request has one command, which ends once and in time; lanes hold; nobody is forgotten", () => {
  const law = fc.property(histories, (history) => {
    const world = new CommandWorld();
    for (const act of history) {
      act(world);
      world.checkInvariants();
    }
    world.pass(300_000);
    world.checkInvariants();
    expect(world.state.open).toEqual([]);
    expect([...world.known.values()].filter(({ endTime }) => endTime === undefined)).toEqual([]);
    expect(world.timers).toEqual({});
  });
  fc.assert(law, { seed: 5, numRuns: 300 });
});

test("what is kept of ended ones is bounded", () => {
  const world = new CommandWorld();
  const large = { text: "x".repeat(60_000) };
  for (let n = 0; n < 400; n++) {
    world.tell(create(`r${n}`));
    world.tell(answer(`r${n}`, { result: n % 2 === 0 ? large : {} }));
  }
  expect(JSON.stringify(world.state).length).toBeLessThan(140_000);
  expect(world.tell(create("r300"))).toEqual({ ok: true, reply: "LEFT" });
  expect(world.tell(create("r399"))).toMatchObject({ reply: { state: "SUCCEEDED" } });
  expect(world.state.ended.length).toBeLessThanOrEqual(20);
  expect(world.state.left.length).toBe(200);
});
