import type { LatencyResult } from "../generator/commands.ts";
import { spreadText, table } from "../markdown.ts";
import { cpuPer100k, messagesPerSecond, ratios, resultsOf } from "../rounds.ts";
import type { RestResult } from "./rest.ts";
import { BARE_OF, type RestRow, ROWS } from "./rows.ts";

const HEAD = [
  "what",
  "in flight",
  "per second",
  "x (d)",
  "p50",
  "p99",
  "server CPU",
  "load CPU",
  "foreign CPU",
];

export function restText(result: RestResult, measureMs: number): string {
  const { rounds, rejected, documentBytes } = result;
  const intro =
    `Median [min-max] of ${rounds.length} interleaved rounds of ${measureMs / 1000} s each; ${rejected.length} ` +
    "rejected and repeated. A closed loop of kept connections with one request in flight each, from a process of its " +
    `own; request to answer in ms. A read gives ${documentBytes} bytes; the twin is in the memory of its owner. (d) is ` +
    "moleculer-web as it comes, with an action that returns the same document: no rights, no limits, no validation, " +
    "nothing stored. A change is answered after its synced commit, a command when the answer of its gateway is " +
    "committed, too; all commands go to one gateway, which gets 8 at once. CPU in seconds per 100,000 requests.";
  return `${intro}\n\n${table(
    HEAD,
    ROWS.map((row) => cellsOf(row, result)),
  )}`;
}

function cellsOf(row: RestRow, { rounds }: RestResult): string[] {
  const results = resultsOf(rounds, row.title);
  const bare = BARE_OF.get(row);
  const over = (figure: (result: LatencyResult) => number, digits: number) =>
    spreadText(results.map(figure), digits);
  return [
    row.title,
    String(row.connections),
    over(messagesPerSecond, 0),
    bare ? spreadText(ratios(rounds, row.title, bare.title), 2) : "-",
    over(({ p50Ms }) => p50Ms, 2),
    over(({ p99Ms }) => p99Ms, 2),
    over((result) => cpuPer100k(result).server, 2),
    over((result) => cpuPer100k(result).generator, 2),
    `${over(({ cpuSeconds, seconds }) => (100 * cpuSeconds.foreign) / seconds, 0)} % of a core`,
  ];
}
