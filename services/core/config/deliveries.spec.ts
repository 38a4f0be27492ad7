import { expect, test } from "vitest";
import { waitFor } from "../../../test/helpers/wait-for.ts";
import { Deliveries } from "./deliveries.ts";

type Wanted = { readonly deliveries: readonly { readonly gatewayId: string; readonly full: boolean }[] };

function recording() {
  const calls: Wanted["deliveries"][] = [];
  const counts: Record<string, number> = {};
  let [fails, running, mostAtOnce] = [false, 0, 0];
  const caller = {
    async call<Returned, Given>(_action: string, params: Given): Promise<Returned> {
      running += 1;
      mostAtOnce = Math.max(mostAtOnce, running);
      calls.push((params as Wanted).deliveries);
      await new Promise(setImmediate);
      running -= 1;
      if (fails) throw new Error("no twins now");
      return null as Returned;
    },
  };
  const counters = {
    count: (_name: string, { what = "" }: Record<string, string> = {}, n = 1) => {
      counts[what] = (counts[what] ?? 0) + n;
    },
    gauge: () => undefined,
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const fail = (value: boolean) => {
    fails = value;
  };
  return {
    deliveries: new Deliveries({ caller, counters, log }),
    calls,
    counts,
    fail,
    mostAtOnce: () => mostAtOnce,
  };
}

const downlink = (n: number, topic = "delta") => ({ gatewayId: `gw-${n}`, topic, payload: {} });

test("what comes in one turn goes together, in calls of bounded size, one after the other", async () => {
  const { deliveries, calls, counts, mostAtOnce } = recording();
  for (let n = 0; n < 1200; n += 1) deliveries.send([downlink(n, n === 0 ? "desired" : "delta")]);
  await waitFor("all calls", () => calls.flat().length === 1200);
  expect(calls.map((call) => call.length)).toEqual([500, 500, 200]);
  expect(calls[0]?.slice(0, 2)).toEqual([
    { gatewayId: "gw-0", full: true },
    { gatewayId: "gw-1", full: false },
  ]);
  expect(mostAtOnce()).toBe(1);
  expect(counts).toEqual({ desired: 1, delta: 1199 });
});

test("a call that fails is counted and not made again; later ones are made", async () => {
  const { deliveries, calls, counts, fail } = recording();
  fail(true);
  deliveries.send([downlink(1), downlink(2)]);
  await waitFor("the failure", () => counts.failed === 2);
  fail(false);
  deliveries.send([downlink(3)]);
  await waitFor("the next call", () => calls.length === 2);
  expect(calls.flat().map(({ gatewayId }) => gatewayId)).toEqual(["gw-1", "gw-2", "gw-3"]);
});

test("more than can wait is dropped and counted: the next attempts have to do", async () => {
  const { deliveries, calls, counts } = recording();
  deliveries.send(Array.from({ length: 50_100 }, (_, n) => downlink(n)));
  expect(counts).toEqual({ delta: 50_000, dropped: 100 });
  await waitFor("all calls", () => calls.flat().length === 50_000);
});
