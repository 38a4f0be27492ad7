import { type Goal, goalsOf } from "./goals.ts";
import { spreadText, table } from "./markdown.ts";
import type { LatencyRow } from "./parts/latency.ts";
import type { MemoryResult } from "./parts/memory.ts";
import type { PatchResult } from "./parts/patch-probe.ts";
import type { Throughput } from "./parts/throughput.ts";
import { restText } from "./rest/report.ts";
import type { Results, VariantInfo, VerifiedVariant } from "./results.ts";
import { cpuPer100k, messagesPerSecond, ratios, resultsOf } from "./rounds.ts";

export function renderReport(results: Results): string {
  const { throughput, latency, patch, rest, memory, verified, variants } = results;
  const sections = [
    `# Benchmark results\n\nWritten by \`npm run bench\` on ${results.date.toISOString()}; do not edit.`,
    section("Goals", goalTable(goalsOf(results))),
    throughput && section("Throughput", throughputText(throughput, variants, results.measureMs)),
    latency && section("Latency at a fixed rate", latencyText(latency)),
    patch && section("Desired state to the gateway", patchText(patch)),
    rest && section("The open API", restText(rest, results.measureMs)),
    memory && section("Idle twins", memoryText(memory)),
    verified.length > 0 && section("Nothing lost", verifiedText(verified)),
    variants.length > 0 && section("Variants", variantTable(variants)),
    section("Machine", environmentTable(results)),
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

export function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

export function goalTable(goals: readonly Goal[]): string {
  const rows = goals.map(({ what, goal, measured, met }) => [what, goal, measured, met ? "PASS" : "MISS"]);
  return table(["what", "goal", "measured", ""], rows);
}

function throughputText(
  { rounds, rejected }: Throughput,
  variants: VariantInfo[],
  measureMs: number,
): string {
  const intro =
    `Median [min-max] of ${rounds.length} interleaved rounds of ${measureMs / 1000} s each. ` +
    `Rounds rejected and repeated because their (a) was more than 25 % off the median (a): ${rejected.length}. ` +
    "Closed loop on credits. Ratios are taken inside each round: (a) with as many gateways, and (b). " +
    "CPU is user + system seconds per 100,000 messages over the measured interval, all threads; " +
    "foreign is the share of the machine that processes took which the bench did not start.";
  const head = ["variant", "messages/s", "x (a)", "x (b)", "server CPU", "generator CPU", "foreign CPU"];
  const rows = variants.map((variant) => throughputRow(rounds, variants, variant));
  return `${intro}\n\n${table(head, rows)}`;
}

function throughputRow(
  rounds: Throughput["rounds"],
  variants: VariantInfo[],
  { title, gateways }: VariantInfo,
): string[] {
  const floor = variants.find((other) => other.kind === "raw" && other.gateways === gateways);
  const handWritten = variants.find((other) => other.kind === "handWritten");
  const loads = resultsOf(rounds, title);
  const ratioTo = (base?: VariantInfo) => spreadText(ratios(rounds, title, base?.title ?? ""), 2);
  const foreign = loads.map(({ cpuSeconds, seconds }) => (100 * cpuSeconds.foreign) / seconds);
  return [
    title,
    spreadText(loads.map(messagesPerSecond), 0),
    ratioTo(floor),
    ratioTo(handWritten),
    spreadText(
      loads.map((load) => cpuPer100k(load).server),
      2,
    ),
    spreadText(
      loads.map((load) => cpuPer100k(load).generator),
      2,
    ),
    `${spreadText(foreign, 0)} % of a core`,
  ];
}

function latencyText(rows: LatencyRow[]): string {
  const intro =
    "Publish to PUBACK in ms. The clock of a message starts when it is due by the schedule (a grid of 1 ms), " +
    "so the generator's own lateness is inside; the row of (a) shows how much that is.";
  const cells = rows.map(({ title, rate, result }) => [
    title,
    `${rate}/s`,
    ...[result.p50Ms, result.p99Ms, result.maxMs, cpuPer100k(result).server].map((value) => value.toFixed(2)),
  ]);
  return `${intro}\n\n${table(["variant", "rate", "p50", "p99", "max", "server CPU per 100k"], cells)}`;
}

function patchText({ samples, p50Ms, p99Ms, maxMs }: PatchResult): string {
  const intro = `REST PATCH of one desired value until its delta is at the gateway, one in flight, ${samples} samples, ms.`;
  return `${intro}\n\n${table(["p50", "p99", "max"], [[p50Ms, p99Ms, maxMs].map((value) => value.toFixed(2))])}`;
}

function memoryText(rows: MemoryResult[]): string {
  const intro =
    "Twins that reported once and then went idle, in the product's own runtime on its own store. RSS over the same " +
    "process without twins, after a full collection, once it falls no more; pause is the longest of a further full collection; start is " +
    "from `node main.ts` to a ready `/readyz` on the store they left behind.";
  const cells = rows.map(({ twins, documentBytes, bytes, pauseMs, startMs }) => [
    String(twins),
    `${documentBytes} bytes`,
    `${(bytes / 1e9).toFixed(3)} GB`,
    `${(bytes / twins).toFixed(0)} bytes`,
    `${pauseMs.toFixed(0)} ms`,
    `${(startMs / 1000).toFixed(2)} s`,
  ]);
  return `${intro}\n\n${table(["twins", "reported state", "RSS", "per twin", "pause", "start"], cells)}`;
}

export function verifiedText(verified: VerifiedVariant[]): string {
  const intro =
    "After the last round every twin is read back: its reported version must be the number of messages its gateway " +
    "sent (each one changes something), and it must hold the last acknowledged sequence number.";
  const rows = verified.map(({ title, verification: { checked, messages, wrong } }) => [
    title,
    String(messages),
    String(checked),
    wrong.length === 0 ? "0" : `${wrong.length}: ${wrong.slice(0, 3).join("; ")}`,
  ]);
  return `${intro}\n\n${table(["variant", "messages", "twins checked", "wrong"], rows)}`;
}

function variantTable(variants: VariantInfo[]): string {
  const rows = variants.map(({ title, window, inFlight, ackPoint, syncPolicy }) => [
    title,
    `${inFlight}, ${window} per gateway`,
    ackPoint,
    syncPolicy,
  ]);
  return table(["variant", "in flight at most", "ack point", "sync policy"], rows);
}

export function environmentTable({ environment }: Pick<Results, "environment">): string {
  return table(["", ""], Object.entries(environment));
}
