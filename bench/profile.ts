import { mkdir, writeFile } from "node:fs/promises";
import type { Profiler } from "node:inspector";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { table } from "./markdown.ts";
import { flameGraphPage } from "./profile/flame-graph.ts";
import { SCENES, type Scene, type SceneName } from "./profile/scenes.ts";
import {
  flameTree,
  functionName,
  idleShare,
  packageName,
  type SelfTime,
  selfTimesBy,
} from "./profile/self-times.ts";

/**
 * `npm run profile [-- --only <part>] [--seconds <n>]`: profiles the product's main thread under a load of the bench,
 * with the product's own profiler, and draws a flame graph.
 */
const FOLDER = fileURLToPath(new URL("profiles/", import.meta.url));
/** Until everything is settled, connected and compiled. */
const LEAD_MS = 6000;
/** The load ends after the profile. */
const TAIL_MS = 2000;
const FUNCTIONS = 30;
const PACKAGES = 12;

function parseOptions(args: string[]): { name: SceneName; seconds: number } {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", default: "throughput" },
      seconds: { type: "string", default: "10" },
    },
  });
  const seconds = Number(values.seconds);
  const name = (Object.keys(SCENES) as SceneName[]).find((each) => each === values.only);
  if (!name) throw new Error(`--only takes one of ${Object.keys(SCENES).join(", ")}, not '${values.only}'`);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 60) return { name, seconds };
  throw new Error(`--seconds takes a whole number from 1 to 60, not '${values.seconds}'`);
}

async function profiled({ rest, load }: Scene, seconds: number): Promise<Profiler.Profile> {
  const loading = load(LEAD_MS + 1000 * seconds + TAIL_MS);
  const profiling = sleep(LEAD_MS).then(() => capture(rest, seconds));
  const [profile] = await Promise.all([profiling, loading]);
  return profile;
}

async function capture(rest: Scene["rest"], seconds: number): Promise<Profiler.Profile> {
  const { nodes } = await rest.get<{ nodes: { nodeId: string }[] }>("/v1/cluster");
  const path = `/v1/nodes/${encodeURIComponent(nodes[0]?.nodeId ?? "")}/profiles`;
  const { profileId } = await rest.post<{ profileId: string }>(`${path}:capture`, { kind: "CPU", seconds });
  return rest.get<Profiler.Profile>(`${path}/${profileId}:download`);
}

function selfTable(title: string, times: readonly SelfTime[], count: number): string {
  const rows = times.slice(0, count).map(({ name, share }) => [(100 * share).toFixed(1), name.slice(0, 100)]);
  return table(["% of busy time", title], rows);
}

async function write(name: SceneName, profile: Profiler.Profile): Promise<void> {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "");
  const path = `${FOLDER}${stamp}-${name}`;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(`${path}.cpuprofile`, JSON.stringify(profile));
  await writeFile(`${path}.html`, await flameGraphPage(`${name}, ${stamp}`, flameTree(profile)));
  console.log(`\nflame graph: ${path}.html\nfor DevTools, VS Code or speedscope: ${path}.cpuprofile`);
}

async function main(): Promise<void> {
  const { name, seconds } = parseOptions(process.argv.slice(2));
  console.log(`profiling the main thread under ${name} for ${seconds} s`);
  const scene = await SCENES[name]();
  const profile = await profiled(scene, seconds).finally(() => scene.close());
  console.log(`idle: ${(100 * idleShare(profile)).toFixed(1)} %\n`);
  console.log(`${selfTable("package", selfTimesBy(profile, packageName), PACKAGES)}\n`);
  console.log(selfTable("function itself", selfTimesBy(profile, functionName), FUNCTIONS));
  await write(name, profile);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

// An explicit exit: whatever is still running then is stopped with this process.
main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`profile: ${error.message}`);
    process.exit(1);
  },
);
