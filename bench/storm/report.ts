import type { Goal } from "../goals.ts";
import { table } from "../markdown.ts";
import type { Storm } from "./storm.ts";

const IN_SYNC_S = 60;
const OTHERS_MS = 1_000;
/** The median of others may grow by so much while one gateway connects in a loop. */
const RESTLESS_TIMES = 3;

export function stormGoals({
  gateways,
  settledMs,
  onlineMs,
  notInSync,
  needless,
  others,
  restless,
}: Storm): Goal[] {
  const seconds = Math.max(settledMs, onlineMs) / 1000;
  const times = restless.meanwhile.p50Ms / restless.alone.p50Ms;
  return [
    {
      what: `${gateways} gateways reconnect: all in sync and ONLINE`,
      goal: `<= ${IN_SYNC_S} s`,
      measured: `${seconds.toFixed(1)} s`,
      met: seconds <= IN_SYNC_S,
    },
    none("storm: desired changes lost", notInSync),
    none("storm: config messages to gateways that had reported it", needless),
    {
      what: "storm: another gateway's PATCH to delta, max",
      goal: `<= ${OTHERS_MS} ms`,
      measured: `${others.maxMs.toFixed(0)} ms`,
      met: others.maxMs <= OTHERS_MS,
    },
    {
      what: "one gateway reconnects in a loop: another's PATCH to delta, p50 against alone",
      goal: `<= ${RESTLESS_TIMES} x`,
      measured: `${times.toFixed(2)} x`,
      met: times <= RESTLESS_TIMES,
    },
  ];
}

function none(what: string, count: number): Goal {
  return { what, goal: "0", measured: String(count), met: count === 0 };
}

export function stormText(storm: Storm): string {
  const { gateways, withinMs, memory, restless, others } = storm;
  const intro =
    `${gateways} gateways lose their links, a tenth of them is given other desired values, and all come back within ` +
    `${withinMs / 1000} s. Sockets run out at such a number here: two processes stand in for fronts and send what fronts ` +
    "send (`opened` to presence, `hello` and reports to the twins, in the same batches); all behind them is the product, " +
    "with two processes for twins, presence and configuration. Another gateway, on a real connection, is patched all the " +
    "time. Then one gateway connects, says hello and drops its link, in a loop.";
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const rows = [
    ["all ONLINE after", `${(storm.onlineMs / 1000).toFixed(1)} s`],
    ["all acknowledged, and reported what they were told, after", `${(storm.settledMs / 1000).toFixed(1)} s`],
    ["changed while away", String(storm.changed)],
    ["of these not in sync", String(storm.notInSync)],
    ["config messages to these", String(storm.needed)],
    ["config messages to the others", String(storm.needless)],
    ["messages sent again (no room, or another owner)", String(storm.retries)],
    [
      "memory of the largest process: before, peak, 10 s after",
      [memory.before, memory.peak, memory.after].map(mib).join(", "),
    ],
    ["another gateway's PATCH to delta: p50, p99, max (ms)", timesOf(others)],
    [
      `${restless.connects} connects of one gateway in a loop: p50, p99, max of another (ms)`,
      timesOf(restless.meanwhile),
    ],
    ["the same before it", timesOf(restless.alone)],
  ];
  return `${intro}\n\n${table(["", ""], rows)}`;
}

function timesOf({ p50Ms, p99Ms, maxMs }: Storm["others"]): string {
  return [p50Ms, p99Ms, maxMs].map((value) => value.toFixed(1)).join(", ");
}
