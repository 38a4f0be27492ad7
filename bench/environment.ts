import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { probeSync } from "./sync-probe.ts";

const PACKAGES = ["aedes", "mqtt", "mqtt-packet", "moleculer", "sequelize", "better-sqlite3"];

export type Environment = Record<string, string>;

export async function describeEnvironment(morePackages: readonly string[] = []): Promise<Environment> {
  const sync = await probeSync();
  return {
    Processor: `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores`,
    Memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    Kernel: `${type()} ${release()}`,
    Node: process.version,
    Packages: [...PACKAGES, ...morePackages].map((name) => `${name} ${versionOf(name)}`).join(", "),
    "Disk sync": `fdatasync after 4 KiB: p50 ${sync.p50Ms.toFixed(2)} ms, p99 ${sync.p99Ms.toFixed(2)} ms`,
    Network: "loopback; generator, broker and servers share the cores",
  };
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
