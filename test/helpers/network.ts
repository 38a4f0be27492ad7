import { type ChildProcess, execFile, type SpawnOptions, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Ends what still runs in the namespaces and removes them, as soon as our end of its pipe closes: also after a
 * kill -9 of this process.
 */
const CLEANUP = `
read -r line
ip link del "$1h"
for namespace in "$1-n" "$1-r"; do
  for pid in $(ip netns pids "$namespace"); do kill -9 "$pid"; done
  ip netns del "$namespace"
done`;

/**
 * A machine of its own as far as the network goes, behind a router that can lose packets. Servers that its
 * processes use must listen on the `hostAddress` of one of the namespaces.
 */
export type Namespace = {
  /** Its address, for connections from here. */
  readonly address: string;
  /** Ours, as its processes see it. */
  readonly hostAddress: string;
  /** A process in it; its pid is that of the command. */
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Loses all packets to and from this port here, silently. */
  cut(port: number): Promise<void>;
  /** Loses one direction: "toServer" passes only what goes to the port, "toClient" only what comes from it. */
  oneWay(port: number, passing: "toServer" | "toClient"): Promise<void>;
  heal(port: number): Promise<void>;
  /** Kills its processes and removes it. */
  remove(): Promise<void>;
};

/** Are we allowed to (Linux, root with CAP_SYS_ADMIN), and is iproute2 here? Tried, not guessed. */
export async function canMakeNamespaces(): Promise<boolean> {
  const name = newName();
  try {
    await ip("netns", "add", name);
  } catch {
    return false;
  }
  await ip("netns", "del", name);
  return true;
}

function newName(): string {
  return `gw${randomBytes(4).toString("hex")}`;
}

export async function makeNamespace(): Promise<Namespace> {
  const id = newName();
  const [node, router] = [`${id}-n`, `${id}-r`];
  const remove = startCleanup(id);
  const network = `10.${randomInt(200, 250)}.${randomInt(256)}`;
  try {
    await connect(id, network);
  } catch (error) {
    await remove();
    throw error;
  }
  const heal = (port: number) => dropNothing(router, port);
  const drop = async (port: number, sides: readonly Side[]) => {
    await heal(port);
    for (const side of sides) await ip("-n", router, "rule", "add", ...lost(side, port));
  };
  return {
    address: `${network}.6`,
    hostAddress: `${network}.1`,
    spawn: (command, args, options) => spawn("ip", ["netns", "exec", node, command, ...args], options),
    cut: (port) => drop(port, ["dport", "sport"]),
    oneWay: (port, passing) => drop(port, [passing === "toServer" ? "sport" : "dport"]),
    heal,
    remove,
  };
}

function startCleanup(id: string): () => Promise<void> {
  const shell = spawn("sh", ["-c", CLEANUP, "sh", id], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(shell, "exit");
  return async () => {
    shell.stdin.end();
    await ended;
  };
}

/** host .1 -- .2 router .5 -- .6 node */
async function connect(id: string, network: string): Promise<void> {
  const [node, router] = [`${id}-n`, `${id}-r`];
  await ip("netns", "add", node);
  await ip("netns", "add", router);
  await ip("link", "add", `${id}h`, "type", "veth", "peer", "name", "host", "netns", router);
  await ip("-n", router, "link", "add", "node", "type", "veth", "peer", "name", "eth0", "netns", node);
  await ip("addr", "add", `${network}.1/30`, "dev", `${id}h`);
  await ip("-n", router, "addr", "add", `${network}.2/30`, "dev", "host");
  await ip("-n", router, "addr", "add", `${network}.5/30`, "dev", "node");
  await ip("-n", node, "addr", "add", `${network}.6/30`, "dev", "eth0");
  await ip("link", "set", `${id}h`, "up");
  await ip("-n", router, "link", "set", "host", "up");
  await ip("-n", router, "link", "set", "node", "up");
  await ip("-n", node, "link", "set", "eth0", "up");
  await ip("-n", node, "link", "set", "lo", "up");
  await ip("route", "add", `${network}.4/30`, "via", `${network}.2`);
  await ip("-n", router, "route", "add", "default", "via", `${network}.1`);
  await ip("-n", node, "route", "add", "default", "via", `${network}.5`);
  await ip("netns", "exec", router, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
}

type Side = "sport" | "dport";

/** The router only forwards, so "blackhole" is silent; where a packet starts it would be an error to the sender. */
function lost(side: Side, port: number): string[] {
  return ["ipproto", "tcp", side, String(port), "blackhole"];
}

async function dropNothing(router: string, port: number): Promise<void> {
  const { stdout } = await run("ip", ["-n", router, "rule", "list"]);
  for (const side of ["sport", "dport"] as const) {
    if (stdout.includes(`${side} ${port} `)) await ip("-n", router, "rule", "del", ...lost(side, port));
  }
}

async function ip(...args: string[]): Promise<void> {
  await run("ip", args);
}
