import { afterEach, beforeEach, expect, test } from "vitest";
import type { Traffic } from "../../../actors/contracts/config.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { EncodedAnswer, UpMessage } from "../../../actors/contracts/twins.ts";
import { rejected } from "../../../actors/runtime/actor.ts";
import type { TwinState } from "../../../actors/twin/state.ts";
import { after, hello, report, step, update } from "../../../test/helpers/twin-builders.ts";
import { TrafficCount } from "./traffic.ts";

const MAX = 3;
let told: Traffic[];
let counted: string[];
let isAway: boolean;
let traffic: TrafficCount;

beforeEach(() => {
  [told, counted, isAway] = [[], [], false];
  const caller = {
    call: async (_: string, params: unknown) => {
      if (isAway) throw new Error("the config service is away");
      told.push(...(params as { traffic: Traffic[] }).traffic);
      return null as never;
    },
  };
  const counters = { count: (name: string) => void counted.push(name), gauge: () => undefined };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  traffic = new TrafficCount({ caller, counters, log, maxGateways: MAX });
});
afterEach(() => traffic.stop());

const message = (kind: UpMessage["kind"]): UpMessage => ({ gatewayId: "gw-1", kind, payload: Buffer.of() });
const delta = (gatewayId: string, payload = "x".repeat(30)) => ({ gatewayId, topic: "delta", payload });

/** What a twin answers to a hello, as it is counted. */
function afterHello(state: TwinState, params: Parameters<typeof hello>[0]): void {
  const answers = step(state, hello(params)).reply as readonly { topic: string; payload: object }[];
  const reply: EncodedAnswer[] = answers.map(({ topic, payload }) => ({
    topic,
    payload: JSON.stringify(payload),
  }));
  traffic.answered([message("hello")], [{ ok: true, reply }], () => state);
}

const DESIRED = { a: 1, text: "é".repeat(100) };
const FULL = Buffer.byteLength(JSON.stringify(DESIRED));
const wished = update(DESIRED);

test("a gateway that is up to date is sent nothing, which saves the whole document", async () => {
  afterHello(after(wished, report(DESIRED)), { boot: "b", desiredVersion: 1 });
  await traffic.stop();
  expect(told).toEqual([{ gatewayId: "gw-1", sent: 0, saved: FULL }]);
});

test("a delta saves the rest of the document; the document itself nothing", async () => {
  const state = after(wished, update({ a: 2 }), report({ text: DESIRED.text }));
  afterHello(state, { boot: "b", desiredVersion: 1 });
  await traffic.stop();
  const sent = JSON.stringify({ version: 2, state: { a: 2 }, ts: 1000 }).length;
  expect(told).toEqual([{ gatewayId: "gw-1", sent, saved: FULL - sent }]);
  told = [];
  afterHello(state, { boot: "b" });
  await traffic.stop();
  expect(told).toMatchObject([{ gatewayId: "gw-1", saved: 0 }]);
  expect(told[0]?.sent).toBeGreaterThan(FULL);
});

test("only desired values count, and only those that went out", async () => {
  const reply = [{ topic: "ack", payload: "{}" }, { topic: "twin", payload: "{}" }, delta("gw-1")];
  const refused = rejected<never>(new DomainError("OVERLOADED").toValue());
  traffic.answered([message("reported"), message("hello")], [{ ok: true, reply }, refused], () => undefined);
  traffic.delivered([{ ...delta("gw-2"), topic: "command" }, delta("gw-2"), delta("gw-2", "é")]);
  afterHello(after(), { boot: "b" });
  await traffic.stop();
  expect(told).toEqual([
    { gatewayId: "gw-1", sent: 30, saved: 0 },
    { gatewayId: "gw-2", sent: 32, saved: 0 },
  ]);
});

test("what could not be told is told later, with what came since; too many gateways are left out, and counted", async () => {
  isAway = true;
  traffic.delivered([delta("gw-1"), delta("gw-2")]);
  await traffic.stop();
  expect(counted).toEqual(["gateway_twin.traffic.flushes.failed.total"]);
  traffic.delivered([delta("gw-1"), delta("gw-3"), delta("gw-4")]);
  expect(counted).toHaveLength(2);
  isAway = false;
  await traffic.stop();
  expect(told.map(({ gatewayId, sent }) => [gatewayId, sent])).toEqual([
    ["gw-1", 60],
    ["gw-2", 30],
    ["gw-3", 30],
  ]);
  await traffic.stop();
  expect(told).toHaveLength(3);
});
