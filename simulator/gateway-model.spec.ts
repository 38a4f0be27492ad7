import { describe, expect, test } from "vitest";
import { type Input, isOverdue, newGateway, type Output, step } from "./gateway-model.ts";
import { hashOf } from "./json.ts";

/** Runs the inputs; returns the end and everything sent. */
function run(inputs: readonly Input[], start = newGateway("b1")) {
  const sent: Output[] = [];
  let model = start;
  for (const input of inputs) {
    const result = step(model, input);
    model = result.model;
    sent.push(...result.outputs);
  }
  return { model, sent };
}

const up: Input = { type: "linkUp", now: 1 };
const down: Input = { type: "linkDown" };
const sample = (load: number): Input => ({ type: "sampled", state: { load }, now: 5 });
const acks = (id: number, seq: number): Input[] => [
  { type: "pubacked", id },
  { type: "acked", boot: "b1", seq },
];
const bodies = (outputs: readonly Output[]) => outputs.map((output) => output.body);

test("a heartbeat is sent now or never", () => {
  const beat: Input = { type: "beaten", board: { cpu: 3 } };
  expect(run([beat, up]).sent.map(({ topic }) => topic)).toEqual(["hello"]);
  expect(run([up, beat]).sent.at(-1)).toEqual({ topic: "heartbeat", body: { board: { cpu: 3 } } });
});

describe("connecting", () => {
  test("says hello first, without a desired version while it knows none", () => {
    expect(run([up]).sent).toEqual([{ topic: "hello", body: { boot: "b1", firmware: "sim-1.0.0" } }]);
  });

  test("names version and hash after a full document, the version alone after a delta", () => {
    const state = { mode: "eco" };
    const full: Input = { type: "desired", version: 3, state, hash: hashOf(state), now: 2 };
    const delta: Input = { type: "delta", version: 4, state: { mode: "boost" }, now: 3 };
    const afterFull = run([full, up]).sent.at(0)?.body;
    const afterDelta = run([full, delta, up]).sent.at(0)?.body;
    expect(afterFull).toEqual({
      boot: "b1",
      firmware: "sim-1.0.0",
      desiredVersion: 3,
      desiredHash: hashOf(state),
    });
    expect(afterDelta).toEqual({ boot: "b1", firmware: "sim-1.0.0", desiredVersion: 4 });
  });

  test("sends again, in order and with the same seq, what was not acknowledged", () => {
    const { model, sent } = run([up, sample(1), sample(2), ...acks(1, 1), sample(3), down, up]);
    expect(bodies(sent.slice(-2)).map((body) => body.seq)).toEqual([2, 3]);
    expect(model.tally).toMatchObject({ sent: 3, resent: 2, acknowledged: 1, links: 2 });
  });

  test("counts as sent, not as resent, what was reported while the link was down", () => {
    expect(run([sample(1), up]).model.tally).toMatchObject({ sent: 1, resent: 0 });
  });
});

describe("acknowledgement", () => {
  test.each([
    ["the PUBACK alone", [{ type: "pubacked", id: 1 }]],
    ["the ack alone", [{ type: "acked", boot: "b1", seq: 1 }]],
    [
      "the ack of another boot",
      [
        { type: "pubacked", id: 1 },
        { type: "acked", boot: "b0", seq: 1 },
      ],
    ],
  ] as [string, Input[]][])("%s does not free the report", (_, inputs) => {
    const { model } = run([up, sample(1), ...inputs]);
    expect(model.spool).toHaveLength(1);
    expect(model.ackedCounter).toBe(0);
  });

  test("both in either order do", () => {
    for (const inputs of [acks(1, 1), acks(1, 1).reverse()]) {
      const { model } = run([up, sample(1), ...inputs]);
      expect(model).toMatchObject({ spool: [], ackedCounter: 1, tally: { acknowledged: 1 } });
    }
  });

  test("telemetry needs its PUBACK only", () => {
    const measured: Input = { type: "measured", values: { t: 1 }, at: 7, now: 8 };
    const { model, sent } = run([up, measured, { type: "pubacked", id: 1 }]);
    expect(sent[1]).toEqual({ topic: "telemetry", body: { ts: 7, values: { t: 1 } }, id: 1 });
    expect(model.spool).toEqual([]);
  });

  test("a refused report is given up and remembered", () => {
    const { model } = run([up, sample(1), { type: "refused", seq: 1, reason: "too large" }]);
    expect(model).toMatchObject({ spool: [], lastRefusal: "too large", tally: { refused: 1 } });
  });

  test("is overdue when the oldest message waits too long, on a link only", () => {
    const { model } = run([up, sample(1)]);
    expect([isOverdue(model, 15, 10), isOverdue(model, 16, 10)]).toEqual([false, true]);
    expect(isOverdue(run([down], model).model, 16, 10)).toBe(false);
  });
});

describe("power cycle", () => {
  test("starts at seq 1 under the new boot and reports again what was not acknowledged", () => {
    const { sent } = run([
      up,
      sample(1),
      sample(2),
      ...acks(1, 1),
      { type: "powerCycled", boot: "b2" },
      up,
      sample(3),
    ]);
    expect(bodies(sent.slice(-3))).toEqual([
      { boot: "b2", firmware: "sim-1.0.0" },
      { state: { load: 2, counter: 2 }, boot: "b2", seq: 1, ts: 5 },
      { state: { load: 3, counter: 3 }, boot: "b2", seq: 2, ts: 5 },
    ]);
  });

  test("an ack meant for the boot before frees nothing", () => {
    const { model } = run([up, sample(1), { type: "powerCycled", boot: "b2" }, up, ...acks(1, 1)]);
    expect(model.spool).toHaveLength(1);
  });
});

describe("desired state", () => {
  test("a delta is merged and reported back", () => {
    const { model, sent } = run([up, { type: "delta", version: 2, state: { a: { b: 1 } }, now: 9 }]);
    expect(model).toMatchObject({ desired: { a: { b: 1 } }, desiredVersion: 2, tally: { deltas: 1 } });
    expect(sent[1]?.body).toEqual({ state: { a: { b: 1 }, counter: 1 }, boot: "b1", seq: 1, ts: 9 });
  });

  test("a full document replaces; what is reported already is not reported again", () => {
    const delta: Input = { type: "delta", version: 2, state: { a: 1, b: 1 }, now: 9 };
    const full: Input = { type: "desired", version: 3, state: { a: 1 }, hash: hashOf({ a: 1 }), now: 9 };
    const { model, sent } = run([up, delta, full]);
    expect(model.desired).toEqual({ a: 1 });
    expect(sent).toHaveLength(2);
  });

  test("a message older than the last one is ignored", () => {
    const newer: Input = { type: "delta", version: 3, state: { a: 3 }, now: 9 };
    const older: Input = { type: "delta", version: 2, state: { a: 2 }, now: 9 };
    expect(run([up, newer, older]).model.desired).toEqual({ a: 3 });
  });

  test("a wrong hash is counted", () => {
    const { model } = run([up, { type: "desired", version: 1, state: { a: 1 }, hash: "0", now: 9 }]);
    expect(model.tally.wrongHashes).toBe(1);
  });
});
