import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LogFields } from "../../../actors/runtime/log-fields.ts";
import { temporaryDirectory } from "../../../test/helpers/actor-harness.ts";
import { waitFor } from "../../../test/helpers/wait-for.ts";
import { ProfileFiles } from "./profile-files.ts";
import { Profiler } from "./profiler.ts";
import { VitalsMeter } from "./vitals.ts";
import { Watchdog } from "./watchdog.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let folder: string;
let counted: string[];
let told: { readonly message: string; readonly fields: LogFields | undefined }[];
let stop: () => void;

beforeEach(async () => {
  directory = await temporaryDirectory();
  folder = join(directory.path, "profiles");
  [counted, told, stop] = [[], [], () => undefined];
});
afterEach(async () => {
  stop();
  await directory.remove();
});

function startWatchdog(limits: { cpu?: number; memory?: number; lag?: number }): void {
  const files = new ProfileFiles({ folder, maxFiles: 20, maxBytes: 50_000_000 });
  const profiler = new Profiler({ nodeId: "node-1", files, clock: Date.now });
  const warn = (message: string, fields?: LogFields) => void told.push({ message, fields });
  const watchdog = new Watchdog({
    profiler,
    files,
    vitals: new VitalsMeter(),
    rules: { limits: { cpu: 0, memory: 0, lag: 0, ...limits }, afterMs: 600, coolDownMs: 3_600_000 },
    seconds: 0.1,
    counters: {
      count: (name, labels) => void counted.push(`${name} ${labels?.reason}`),
      gauge: () => undefined,
    },
    log: { info: warn, warn, error: warn },
  });
  watchdog.start();
  stop = () => {
    watchdog.stop();
    profiler.stop();
  };
}

const block = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; ) Math.sqrt(end);
};
/** Blocks the event loop again and again until something is counted, and for as long again. */
async function strained(): Promise<void> {
  const start = performance.now();
  await waitFor("something to be counted", () => {
    block(90);
    return counted.length > 0;
  });
  for (const end = 2 * performance.now() - start; performance.now() < end; ) {
    block(90);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test.each([
  ["cpu", { cpu: 0.1 }, /^\w+-cpu-cpu-node-1\.cpuprofile$/],
  ["lag", { lag: 20 }, /^\w+-cpu-lag-node-1\.cpuprofile$/],
  ["memory", { memory: 0.0001 }, /^\w+-heap-memory-node-1\.heapprofile$/],
])(
  "too much %s for too long is captured once, counted, and told with its file",
  async (reason, limits, name) => {
    startWatchdog(limits);
    await strained();
    const [file = "", ...others] = await readdir(folder);
    expect([file, others]).toEqual([expect.stringMatching(name), []]);
    expect(counted).toEqual([`gateway_twin.watchdog.captures.total ${reason}`]);
    expect(told.map(({ fields }) => fields)).toEqual([
      { "event.action": reason, "file.path": join(folder, file) },
    ]);
  },
);

test("where nothing can be written, one line says so, and nothing else happens", async () => {
  await writeFile(folder, "no folder");
  startWatchdog({ cpu: 0.1 });
  await strained();
  expect(counted).toEqual(["gateway_twin.watchdog.failures.total cpu"]);
  expect(told).toHaveLength(1);
  expect(String(told[0]?.fields?.error)).toContain("ENOTDIR");
});
