import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { TestEventSource } from "../helpers/event-source.ts";
import { connectGateway, provision, type TestGateway } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { freshDatabase, freshNamespace, sharedServers } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const IDS = Array.from({ length: 16 }, (_, index) => `gw-${index}`);
const SPLIT = ["edge,admin", "core,bff,job"] as const;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let servers: Record<string, string>;
let nodes: Product[];
let gateways: TestGateway[];

function start(nodeId: string, roles: string): Promise<Product> {
  return startProduct({ dataDir: directory.path, env: { ...servers, NODE_ID: nodeId, ROLES: roles } });
}

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await freshDatabase();
  const { natsUrl, redisUrl } = sharedServers();
  servers = {
    DATABASE_URL: database.url,
    NATS_URL: natsUrl,
    REDIS_URL: redisUrl,
    NAMESPACE: freshNamespace(),
  };
  nodes = await Promise.all([start("n1", "all"), start("n2", "all")]);
  const [first, second] = nodes;
  if (!first || !second) throw new Error("two nodes were started");
  const credentials = await provision(first, IDS);
  gateways = await Promise.all(
    credentials.map((each, index) => connectGateway(index % 2 === 0 ? first : second, each)),
  );
}, 60_000);

afterAll(async () => {
  for (const gateway of gateways) await gateway.end();
  const codes = await Promise.all(nodes.map((node) => node.kill("SIGTERM")));
  await database.drop();
  await directory.remove();
  expect(codes).toEqual(nodes.map(() => 0));
}, 60_000);

type Cluster = {
  readonly nodes: readonly { readonly nodeId: string; readonly roles: readonly string[] }[];
  readonly partitions: Record<string, { readonly owned: number; readonly owners: Record<string, number> }>;
};

async function cluster(): Promise<Cluster> {
  const { status, body } = await node(0).request("GET", "/v1/cluster");
  expect(status).toBe(200);
  return body as Cluster;
}

function node(index: number): Product {
  const found = nodes[index];
  if (!found) throw new Error(`there is no node ${index}`);
  return found;
}

async function repl(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["scripts/repl.ts", ...args], {
    env: { PATH: process.env.PATH, NATS_URL: servers.NATS_URL, NAMESPACE: servers.NAMESPACE },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { code, output };
}

describe("two nodes", () => {
  it("share the partitions, and say so", async () => {
    const { nodes: alive, partitions } = await waitFor("even shares", async () => {
      const seen = await cluster();
      const { twin } = seen.partitions;
      return twin?.owners.n1 === 128 && twin.owners.n2 === 128 && seen;
    });
    expect(alive.map(({ nodeId, roles }) => [nodeId, roles])).toEqual([
      ["n1", ["all"]],
      ["n2", ["all"]],
    ]);
    expect(partitions.twin).toEqual({ total: 256, owned: 256, owners: { n1: 128, n2: 128 } });
  });

  it("bring each gateway what is wished for, wherever it is connected and wherever it is asked", async () => {
    for (const [index, gateway] of gateways.entries()) {
      await gateway.publish("hello", { boot: "b1" });
      await gateway.publish("reported", { boot: "b1", seq: 1, state: { index } });
      expect(await gateway.next("ack")).toMatchObject({ seq: 1, version: 1 });
      const path = `/v1/gateways/${gateway.id}/twin`;
      const patched = await node((index + (index >> 1)) % 2).request("PATCH", `${path}/desired`, {
        index: -1,
      });
      expect(patched.status).toBe(200);
      expect(await gateway.next("delta")).toMatchObject({ state: { index: -1 } });
      for (const each of nodes) {
        const { body } = await each.request("GET", path);
        expect(body).toMatchObject({ version: 2, reported: { state: { index } }, inSync: false });
      }
    }
  });

  it("list all twins from either, and a change is in the next list", async () => {
    const sizes = await Promise.all(
      nodes.map(async (each) => {
        const { body } = await each.request("GET", "/v1/twins?filter=inSync%20%3D%20false");
        return (body as { twins: unknown[] }).twins.length;
      }),
    );
    expect(sizes).toEqual([IDS.length, IDS.length]);
    await node(0).request("PUT", "/v1/gateways/gw-3/twin/desired", {});
    const { body } = await node(1).request("GET", "/v1/twins?filter=inSync%20%3D%20false");
    expect((body as { twins: unknown[] }).twins).toHaveLength(IDS.length - 1);
  });

  it("let a watch go on at the other one, without gap or double", async () => {
    const watch = (at: Product, last?: string) =>
      TestEventSource.open(`${at.httpUrl}/v1/events:watch?filter=gatewayId%20%3D%20gw-1`, at.token, last);
    const first = await watch(node(0));
    const set = (n: number) => node(n % 2).request("PATCH", "/v1/gateways/gw-1/twin/desired", { n });
    for (let n = 0; n < 5; n += 1) await set(n);
    await first.atLeast(5);
    first.close();
    for (let n = 5; n < 10; n += 1) await set(n);
    const second = await watch(node(1), first.lastEventId);
    await second.atLeast(5);
    const seen = [...first.messages, ...second.messages].map(({ data }) => data.data);
    expect(seen.map((data) => (data as { patch: { n: number } }).patch.n)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    second.close();
  });

  it("are steered from the console, also by a script", { timeout: 60_000 }, async () => {
    const { output } = await repl("twin", "gw-1");
    const { owner, partition, twin } = JSON.parse(output) as Record<string, unknown>;
    expect(twin).toMatchObject({ gatewayId: "gw-1" });
    expect(JSON.parse((await repl("presence", "gw-1")).output)).toMatchObject({
      owner: expect.stringMatching(/^n[12]$/),
      presence: { gatewayId: "gw-1", state: "ONLINE", node: expect.stringMatching(/^n[12]$/) },
    });
    expect(["n1", "n2"]).toContain(owner);
    expect(JSON.parse((await repl("handoff", "twin", String(partition))).output)).toEqual({
      moved: [partition],
    });
    await waitFor("another owner", async () => {
      const moved = JSON.parse((await repl("twin", "gw-1")).output) as { owner: string | null };
      return moved.owner !== null && moved.owner !== owner;
    });
    expect(JSON.parse((await repl("owners", "twin")).output)).toMatchObject({ total: 256 });
    expect(JSON.parse((await repl("deadletters")).output)).toEqual({ deadLetters: [] });
    expect(JSON.parse((await repl("loglevel", "debug")).output)).toMatchObject([
      { nodeId: "n1", level: "debug", module: "*" },
      { nodeId: "n2", level: "debug", module: "*" },
    ]);
    const wrong = [
      [["owners", "nothing"], /there is no type 'nothing'; there are .*twin/],
      [["deadletters", "nothing"], /there is no type 'nothing'; there are .*twin/],
      [["drain", "nope"], /there is no node 'nope'; there are .*n1/],
      [["redrive", "nope"], /there is no dead letter 'nope'/],
    ] as const;
    const answers = await Promise.all(wrong.map(([words]) => repl(...words)));
    for (const [n, [, told]] of wrong.entries())
      expect(answers[n]).toMatchObject({ code: 1, output: expect.stringMatching(told) });
    expect(await repl("dance")).toMatchObject({ code: 1, output: expect.stringContaining("drain <node>") });
  });
});

const leftOf = ({ state }: Record<string, unknown>) => (state as { left?: number } | undefined)?.left;

describe("nodes of single roles", () => {
  it("serve together what one node does, and leave in turn without anybody noticing", async () => {
    const leavers = [...nodes];
    nodes.push(...(await Promise.all(SPLIT.map((roles) => start(roles.split(",")[0] ?? "", roles)))));
    const [edge, core] = nodes.slice(leavers.length);
    if (!edge || !core) throw new Error("two nodes were started");
    const [credentials] = await provision(core, ["gw-split"]);
    if (!credentials) throw new Error("the gateway was not created");
    const gateway = await connectGateway(edge, credentials);
    for (const leaving of leavers) {
      await gateway.publish("reported", { state: { leaving: leaving.httpPort } });
      expect(await leaving.kill("SIGTERM")).toBe(0);
      await core.request("PATCH", "/v1/gateways/gw-split/twin/desired", { left: leaving.httpPort });
      // Messages to gateways are hints: what one misses while nodes change it is told at its next hello.
      await gateway.publish("hello", { boot: "b1" });
      await waitFor("what is wished for", () =>
        gateway.received.some(({ payload }) => leftOf(payload) === leaving.httpPort),
      );
    }
    const { body } = await core.request("GET", "/v1/cluster");
    expect((body as Cluster).partitions.twin?.owners).toEqual({ core: 256 });
    await gateway.end();
  }, 60_000);
});
