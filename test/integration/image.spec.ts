import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, globSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../../scripts/servers/free-port.ts";
import { endsWithUs } from "../../scripts/servers/guard.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { waitFor } from "../helpers/wait-for.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const dockerfile = readFileSync(join(ROOT, "Dockerfile"), "utf8");
const folder = await temporaryDirectory();
let node: ChildProcess | undefined;
afterAll(async () => {
  node?.kill("SIGKILL");
  await folder.remove();
});

/** What `COPY . .` takes: the exceptions of .dockerignore, without the patterns after them. The packages are linked. */
function copyTree(app: string): void {
  const lines = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n");
  expect(lines.filter((line) => line !== "" && !/^[#!]/.test(line))).toEqual(["*", "**/*.spec.ts"]);
  for (const line of lines.filter((each) => each.startsWith("!"))) {
    const [from, to] = [join(ROOT, line.slice(1)), join(app, line.slice(1))];
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { recursive: true, filter: (source) => !source.endsWith(".spec.ts") });
  }
  symlinkSync(join(ROOT, "node_modules"), join(app, "node_modules"));
}

function stateOf(app: string): string[] {
  const files = globSync("**", { cwd: app, exclude: ["node_modules"] });
  return files.map((file) => `${file} ${statSync(join(app, file)).mtimeMs}`).sort();
}

/** A command of the Dockerfile. */
function commandOf(instruction: string): string[] {
  const [, json = "[]"] =
    new RegExp(`^${instruction}(\\[[^\\]]*\\])`, "m").exec(dockerfile.replaceAll("\\\n", "")) ?? [];
  return JSON.parse(json);
}

test("what the image copies is enough for a node, and nothing is written beside DATA_DIR", async () => {
  const app = join(folder.path, "app");
  copyTree(app);
  const before = stateOf(app);
  const [HTTP_PORT, MQTT_PORT] = [String(await freePort("127.0.0.1")), String(await freePort("127.0.0.1"))];
  const env = {
    ...process.env,
    HTTP_PORT,
    MQTT_PORT,
    DATA_DIR: join(folder.path, "data"),
    LOG_LEVEL: "warn",
  };
  const [, ...args] = commandOf("CMD ");
  node = spawn(process.execPath, args, { cwd: app, env, stdio: ["ignore", "ignore", "inherit"] });
  void endsWithUs(node);
  const ended = once(node, "exit");
  await waitFor(
    "the node",
    async () => (await fetch(`http://127.0.0.1:${HTTP_PORT}/readyz`).catch(() => undefined))?.ok,
    20_000,
  );
  const [, ...probe] = commandOf("HEALTHCHECK .* CMD ");
  expect(spawnSync(process.execPath, probe, { env }).status).toBe(0);
  node.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(stateOf(app)).toEqual(before);
  expect(spawnSync(process.execPath, probe, { env }).status).toBe(1);
}, 40_000);
