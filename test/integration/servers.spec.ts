import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server as TcpServer } from "node:net";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { connectAsync } from "mqtt";
import { createConnection } from "mysql2/promise";
import { connect } from "nats";
import { afterEach, describe, expect, it } from "vitest";
import { NATS } from "../../scripts/servers/nats.ts";
import { startServer } from "../../scripts/servers/server.ts";
import { startServers } from "../../scripts/servers/servers.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { type Server, startMariadb, startMosquitto, startNats, startRedis } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Stopped after the test. */
async function ours<Started extends { stop(): Promise<void> }>(starting: Promise<Started>): Promise<Started> {
  const started = await starting;
  cleanups.push(() => started.stop());
  return started;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function crashed(server: Server): Promise<void> {
  const { pid, port } = server;
  await server.kill("SIGKILL");
  await server.start();
  expect(server.port).toBe(port);
  expect(server.pid).not.toBe(pid);
}

async function query(url: string, sql: string): Promise<unknown> {
  const connection = await createConnection({ uri: url });
  try {
    return (await connection.query(sql))[0];
  } finally {
    await connection.end();
  }
}

describe("private servers", () => {
  it("run side by side, twice, each with its own data", async () => {
    const names = ["nats", "mariadb", "redis", "mosquitto"] as const;
    const [one, two] = await Promise.all([ours(startServers(names)), ours(startServers(names))]);
    const ports = [...one.started, ...two.started].map((server) => server.port);
    expect(new Set(ports).size).toBe(8);
    const [first = "", second = ""] = [one, two].map((set) => set.variables.DATABASE_URL);
    await query(first, "CREATE TABLE mine (id INT)");
    expect(await query(first, "SHOW TABLES")).toHaveLength(1);
    expect(await query(second, "SHOW TABLES")).toHaveLength(0);
  });

  it("leave no process and no folder after their stop", async () => {
    const servers = await startServers(["nats", "mariadb", "redis", "mosquitto"]);
    expect(servers.started.every((server) => isRunning(server.pid) && existsSync(server.directory))).toBe(
      true,
    );
    await servers.stop();
    expect(servers.started.some((server) => isRunning(server.pid) || existsSync(server.directory))).toBe(
      false,
    );
  });

  it("leave a folder that was given to them, and go on in it", async () => {
    const folder = await temporaryDirectory();
    cleanups.push(() => folder.remove());
    const first = await startMariadb({ directory: folder.path });
    await query(first.url, "CREATE TABLE kept (id INT)");
    await first.stop();
    const second = await ours(startMariadb({ directory: folder.path }));
    expect(await query(second.url, "SHOW TABLES")).toHaveLength(1);
  });

  it("end with the process that started them, when that is killed, and so do the products of specs", async () => {
    const [servers, products] = ["../../scripts/servers/servers.ts", "../helpers/product.ts"].map((path) =>
      JSON.stringify(new URL(path, import.meta.url)),
    );
    const script = `
      import { startServers } from ${servers};
      import { spawnProduct } from ${products};
      const { started } = await startServers(["nats", "mariadb", "redis", "mosquitto"]);
      const directory = started[0].directory + "/product";
      const { child: { pid } } = await spawnProduct({ dataDir: directory });
      const all = [...started, { pid, directory }].map(({ pid, directory }) => ({ pid, directory }));
      console.log(JSON.stringify(all));`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line]: string[] = await once(createInterface(parent.stdout), "line");
    const started: { pid: number; directory: string }[] = JSON.parse(line ?? "");
    expect(started.map(({ pid }) => isRunning(pid))).toEqual(started.map(() => true));
    parent.kill("SIGKILL");
    await waitFor("their end", () => started.every(({ pid }) => !isRunning(pid)));
    await waitFor("empty folders", () => started.every(({ directory }) => !existsSync(directory)));
  });

  it("take the next port when somebody took theirs before they listened", async () => {
    const taken: TcpServer[] = [];
    cleanups.push(async () => void taken.map((server) => server.close()));
    const server = await ours(
      startServer(
        {
          ...NATS,
          prepare: async ({ port }) => {
            if (taken.length > 0) return;
            const thief = createServer().listen(port, "127.0.0.1");
            await once(thief, "listening");
            taken.push(thief);
          },
        },
        {},
      ),
    );
    expect(taken[0]?.address()).not.toMatchObject({ port: server.port });
  });

  it("say what they wrote when they cannot start", async () => {
    const { port } = await ours(startRedis());
    await expect(startNats({ port })).rejects.toThrow(
      /nats: .* ended; it wrote:[\s\S]*address already in use/,
    );
  });
});

describe("after kill -9 and a start on the same port", () => {
  it("MariaDB has what it acknowledged", async () => {
    const server = await ours(startMariadb());
    await query(server.url, "CREATE TABLE kept (id INT)");
    await query(server.url, "INSERT INTO kept VALUES (1), (2)");
    await crashed(server);
    expect(await query(server.url, "SELECT id FROM kept")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it("NATS has the messages of its streams", async () => {
    const server = await ours(startNats());
    const before = await connect({ servers: server.url, reconnect: false });
    const manager = await before.jetstreamManager();
    await manager.streams.add({ name: "kept", subjects: ["kept"] });
    await before.jetstream().publish("kept", "one");
    await before.close();
    await crashed(server);
    const after = await connect({ servers: server.url, reconnect: false });
    const { state } = await (await after.jetstreamManager()).streams.info("kept");
    await after.close();
    expect(state.messages).toBe(1);
  });

  it("Redis is empty, unless told to append to a file", async () => {
    const servers = await Promise.all([ours(startRedis()), ours(startRedis({ appendOnly: true }))]);
    const found = servers.map(async (server) => {
      const before = new Redis(server.url);
      await before.set("key", "value");
      before.disconnect();
      await crashed(server);
      const after = new Redis(server.url);
      const value = await after.get("key");
      after.disconnect();
      return value;
    });
    expect(await Promise.all(found)).toEqual([null, "value"]);
  });

  it("Mosquitto has the messages of a session, if told to save each change; strangers are refused", async () => {
    const server = await ours(
      startMosquitto({
        users: { ann: "secret" },
        settings: ["autosave_on_changes true", "autosave_interval 1"],
      }),
    );
    await expect(connectAsync(server.url, { reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i);
    const login = { username: "ann", password: "secret", reconnectPeriod: 0 };
    const before = await connectAsync(server.url, login);
    await before.publishAsync("kept", "value", { qos: 1, retain: true });
    await before.endAsync();
    await crashed(server);
    const after = await connectAsync(server.url, login);
    const received = new Promise((resolve) =>
      after.once("message", (_, payload) => resolve(String(payload))),
    );
    await after.subscribeAsync("kept");
    expect(await received).toBe("value");
    await after.endAsync();
  });
});
