import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../../scripts/servers/free-port.ts";
import { endsWithUs } from "../../scripts/servers/guard.ts";
import { waitFor } from "../helpers/wait-for.ts";

let cluster: ChildProcess | undefined;

afterEach(() => {
  cluster?.kill("SIGKILL");
});

async function startCluster(...args: string[]) {
  const [http, mqtt] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const child = spawn(process.execPath, ["scripts/cluster.ts", ...args], {
    env: { PATH: process.env.PATH, HTTP_PORT: String(http), MQTT_PORT: String(mqtt), LOG_LEVEL: "warn" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  void endsWithUs(child);
  cluster = child;
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const line = (pattern: RegExp) =>
    waitFor("a line", () => pattern.exec(text) ?? undefined, 25_000).catch(() => {
      throw new Error(`no line ${pattern} in:\n${text}`);
    });
  const output = () => text;
  return { child, line, output, pids: () => [...text.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid)) };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it("`npm run cluster` shows the shares, tells of a death, and leaves nothing at its end", async () => {
  const { child, line, output, pids } = await startCluster("--nodes", "2");
  await line(/^node-1 is ready$/m);
  await line(/^twin: 256 of 256 partitions owned: node-1 \d+, node-2 \d+$/m);
  expect(output()).not.toMatch(/is not registered/);
  const [, second] = await line(/^node-2 starts: http:\S+ mqtt:\S+ roles=all pid=(\d+)$/m);
  process.kill(Number(second), "SIGKILL");
  await line(/^node-2 ended by SIGKILL; it is not started again$/m);
  await line(/^twin: 256 of 256 partitions owned: node-1 256$/m);
  const exited = once(child, "exit");
  child.kill("SIGINT");
  await line(/^node-1 ended with exit code 0; 0 left$/m);
  expect(await exited).toEqual([0, null]);
  expect(pids()).toHaveLength(5);
  expect(pids().filter(isRunning)).toEqual([]);
}, 60_000);

it("takes its nodes and servers along when it is killed", async () => {
  const { child, line, pids } = await startCluster("--nodes", "1");
  await line(/^node-1 starts/m);
  expect(pids().filter(isRunning)).toHaveLength(4);
  child.kill("SIGKILL");
  await waitFor("their end", () => pids().every((pid) => !isRunning(pid)));
});
