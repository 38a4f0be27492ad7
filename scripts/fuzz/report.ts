import type { Shot } from "../../test/fuzz/fuzzer.ts";

export type Memory = { readonly rss: number; readonly heapUsed: number };

const MAX_PROBLEMS = 20;
const CLASSES = [2, 3, 4, 5, 0];

/** One row for each operation. */
export function tableOf(shots: readonly Shot[]): string {
  const names = [...new Set(shots.map(({ operationId }) => operationId))].sort();
  const rows = names.map((name) =>
    rowOf(
      name,
      shots.filter(({ operationId }) => operationId === name),
    ),
  );
  const head = ["operation", "requests", "2xx", "3xx", "4xx", "5xx", "none", "p50 ms", "max ms", "problems"];
  return [head, head.map(() => "---"), ...rows, rowOf("all", shots)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** The first of each kind. */
export function problemsOf(shots: readonly Shot[]): string[] {
  const kinds = new Map<string, string>();
  for (const { operationId, status, problem } of shots) {
    if (problem !== undefined && kinds.size < MAX_PROBLEMS) {
      kinds.set(`${operationId} ${status}`, `${operationId}: ${problem}`);
    }
  }
  return [...kinds.values()];
}

export function memoryText(name: string, { rss, heapUsed }: Memory): string {
  return `fuzz: ${name} the RSS is ${megabytes(rss)} MB, the heap in use ${megabytes(heapUsed)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

function rowOf(name: string, shots: readonly Shot[]): string[] {
  const times = shots.map(({ ms }) => ms).sort((a, b) => a - b);
  const ofClass = (each: number) => shots.filter(({ status }) => Math.floor(status / 100) === each).length;
  const median = times[Math.floor(times.length / 2)] ?? 0;
  return [
    name,
    String(shots.length),
    ...CLASSES.map((each) => String(ofClass(each))),
    median.toFixed(1),
    (times.at(-1) ?? 0).toFixed(0),
    String(shots.filter(({ problem }) => problem !== undefined).length),
  ];
}
