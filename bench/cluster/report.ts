import { spreadText, table } from "../markdown.ts";
import { environmentTable, goalTable, section, verifiedText } from "../report.ts";
import { cpuPer100k, messagesPerSecond, type Round, ratios, resultsOf } from "../rounds.ts";
import { percentile } from "../stats.ts";
import { stormText } from "../storm/report.ts";
import type { Failover, HandOff } from "./faults.ts";
import { clusterGoals, cpuRatios } from "./goals.ts";
import type { ClusterLatency, ClusterPatch } from "./latency.ts";
import { GATEWAYS, WINDOW } from "./load.ts";
import type { ClusterResults, RowInfo, VariantNote } from "./results.ts";

export function renderClusterReport(results: ClusterResults): string {
  const { throughput, latency, patch, failover, handOff, storm, verified, variants } = results;
  const sections = [
    `# Cluster\n\nWritten by \`npm run bench\` on ${results.date.toISOString()}; do not edit. ${SETUP}`,
    section("Goals of the cluster", goalTable(clusterGoals(results))),
    throughput && section("Throughput on real servers", throughputText(results)),
    latency && section("Latency by front at a fixed rate", latencyText(latency)),
    patch && section("Desired state to a gateway of the front", patchText(patch)),
    failover && section("kill -9 of an owner", failoverText(failover)),
    handOff && section("SIGTERM of an owner", handOffText(handOff)),
    storm && section("A fleet that reconnects", stormText(storm)),
    verified.length > 0 && section("Nothing lost in the cluster", verifiedText(verified)),
    section("Variants of the cluster", variantTable(variants)),
    section("Machine and servers", environmentTable(results)),
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

const SETUP =
  "Private servers on this machine. gateway-twin runs as one process for REST, one edge (front and bridge), the " +
  "processes with twins, and one that consumes the event bus for the journal; on NATS, JetStream and MariaDB, " +
  `without Redis. Each of the ${GATEWAYS} gateways of a variant has a connection of its own, also to mosquitto, and ` +
  `at most ${WINDOW} messages in flight; the generators are processes of their own.`;

function throughputText({ throughput, rows, measureMs }: ClusterResults): string {
  const { rounds = [], steady = 0, rejections = [] } = throughput ?? {};
  const intro =
    `Median [min-max] of ${rounds.length} interleaved rounds of ${measureMs / 1000} s each, closed loop on credits. ` +
    "Ratios are taken inside each round. CPU is user + system seconds per 100,000 messages over the measured " +
    "interval, of all processes of the variant with its servers, without the generator; afterwards is what they " +
    "used per 100,000 messages when the load had ended (journal, snapshots); foreign is what processes took that " +
    `the bench did not start. Rounds rejected: ${rejections.length === 0 ? "none" : rejections.join("; ")}.` +
    (steady === 0 ? " NO ROUND WAS STEADY: these are all of them." : "");
  const head = [
    "variant",
    "messages/s",
    "x S0",
    "x S1",
    "x S2",
    "CPU",
    "CPU x S0",
    "afterwards",
    "foreign CPU",
  ];
  return `${intro}\n\n${table(
    head,
    rows.map((row) => throughputRow(rounds, rows, row)),
  )}`;
}

function throughputRow(rounds: readonly Round[], rows: readonly RowInfo[], { title }: RowInfo): string[] {
  const loads = resultsOf(rounds, title);
  const base = (kind: RowInfo["kind"]) => rows.find((row) => row.kind === kind)?.title ?? "";
  const spreadOf = (numbers: readonly number[]) => spreadText(numbers, 2);
  const rate = (kind: RowInfo["kind"]) => spreadOf(ratios(rounds, title, base(kind)));
  const foreign = loads.map(({ cpuSeconds, seconds }) => (100 * cpuSeconds.foreign) / seconds);
  return [
    title,
    spreadText(loads.map(messagesPerSecond), 0),
    rate("floor"),
    rate("redis"),
    rate("calls"),
    spreadOf(loads.map((load) => cpuPer100k(load).server)),
    spreadOf(cpuRatios(rounds, title, base("floor"))),
    spreadOf(loads.map(({ deferredCpu = 0 }) => deferredCpu)),
    `${spreadText(foreign, 0)} % of a core`,
  ];
}

function latencyText(rows: ClusterLatency): string {
  const intro = "Publish to PUBACK in ms, with one process of twins; the clock starts when a message is due.";
  const cells = rows.map(({ rate, result }) => [
    `${rate}/s`,
    ...[result.p50Ms, result.p99Ms, result.maxMs, cpuPer100k(result).server].map((value) => value.toFixed(2)),
  ]);
  return `${intro}\n\n${table(["rate", "p50", "p99", "max", "CPU per 100k"], cells)}`;
}

function patchText({ alone, halfRate, atHalfLoad }: ClusterPatch): string {
  const intro = "REST PATCH of one desired value until its delta is at the gateway, one in flight, ms.";
  const row = (name: string, { samples, p50Ms, p99Ms, maxMs }: ClusterPatch["alone"]) => [
    name,
    String(samples),
    ...[p50Ms, p99Ms, maxMs].map((value) => value.toFixed(2)),
  ];
  const rows = [
    row("no other load", alone),
    row(`${halfRate.toFixed(0)} messages/s by front, half of its throughput`, atHalfLoad),
  ];
  return `${intro}\n\n${table(["load", "samples", "p50", "p99", "max"], rows)}`;
}

function failoverText({ kills, rate, gaps, first, last, unseen }: Failover): string {
  const intro =
    `One of two processes with twins is killed ${kills} times under ${rate} messages/s by front over all partitions. ` +
    "From the kill until a commit of the next owner is seen on the event bus, ms.";
  const rows = [
    timesRow("each partition", gaps),
    timesRow("the first partition of a kill", first),
    timesRow("the last partition of a kill", last),
  ];
  return `${intro} Partitions not seen again: ${unseen}.\n\n${table(["", "samples", "p50", "p99", "max"], rows)}`;
}

function handOffText({ stops, rate, gaps, unseen, calls }: HandOff): string {
  const intro =
    `One of two processes with twins is told to end ${stops} times under ${rate} messages/s by front over all ` +
    "partitions. Between the last decision of the old owner and the first of the new one, ms; with the time " +
    "between two messages of a partition in it.";
  const called = `REST calls meanwhile: ${calls.calls}, failed ${calls.failed}, slowest ${calls.slowestMs.toFixed(0)} ms.`;
  const rows = [timesRow("each partition", gaps)];
  return `${intro} Partitions not seen again: ${unseen}. ${called}\n\n${table(["", "samples", "p50", "p99", "max"], rows)}`;
}

function timesRow(name: string, values: readonly number[]): string[] {
  const at = (percent: number) => percentile(values, percent).toFixed(0);
  return [name, String(values.length), at(50), at(99), at(100)];
}

function variantTable(variants: readonly VariantNote[]): string {
  const rows = variants.map(({ title, inFlight, ackPoint, syncPolicy }) => [
    title,
    String(inFlight),
    ackPoint,
    syncPolicy,
  ]);
  return table(["variant", "in flight at most", "ack point", "sync policy"], rows);
}
