import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { connectGateway, provision, type TestGateway } from "../helpers/gateway.ts";
import { type Product, spawnProduct, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

const isRoot = process.getuid?.() === 0;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let product: Product | undefined;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => {
  await product?.kill("SIGKILL");
  product = undefined;
  await directory.remove();
});

async function ready(of: Product): Promise<{ ready: boolean; problems: string[] }> {
  return (await of.request("GET", "/readyz")).body as { ready: boolean; problems: string[] };
}

/** Reports with large states until the store takes no more; the last ones stay without PUBACK. */
function fill(gateway: TestGateway, acknowledged: Set<number>): void {
  for (let seq = 1; seq <= 60; seq += 1) {
    const state = { seq, filler: `${seq}-`.repeat(8000) };
    gateway.publish("reported", { state, boot: "b1", seq }).then(
      () => acknowledged.add(seq),
      () => undefined,
    );
  }
}

describe("a disk without room", () => {
  // Only root may mount a file system of a given size.
  it.skipIf(!isRoot)(
    "withholds PUBACKs, says why, disconnects nobody, and goes on when there is room",
    async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", directory.path]);
      try {
        const full = await startProduct({ dataDir: directory.path });
        product = full;
        const [credentials] = await provision(full, ["gw-1"]);
        if (!credentials) throw new Error("the gateway was not created");
        const gateway = await connectGateway(full, credentials);
        const acknowledged = new Set<number>();
        // What is left is enough for a few commits.
        const filler = join(directory.path, "filler");
        const { bavail, bsize } = statfsSync(directory.path);
        writeFileSync(filler, Buffer.alloc(bavail * bsize - 150 * 1024));
        fill(gateway, acknowledged);
        await waitFor("the store's problem", async () =>
          (await ready(full)).problems.some((p) => p.includes("full")),
        );
        expect(acknowledged.size).toBeLessThan(60);
        expect(gateway.client.connected).toBe(true);
        expect((await full.request("GET", "/healthz")).status).toBe(200);
        rmSync(filler);
        await waitFor("all acknowledgements", () => acknowledged.size === 60);
        expect(await ready(full)).toEqual({ ready: true, problems: [] });
        const { body } = await full.request("GET", "/v1/gateways/gw-1/twin");
        expect((body as { reported: { state: { seq: number } } }).reported.state.seq).toBe(60);
        await gateway.end();
        await full.kill("SIGTERM");
      } finally {
        await product?.kill("SIGKILL");
        execFileSync("umount", [directory.path]);
      }
    },
  );
});

describe("a folder that cannot be written", () => {
  it("ends the start with one line that says so", async () => {
    const target = join(directory.path, "data");
    writeFileSync(target, "a file where the folder should be");
    const failed = await spawnProduct({ dataDir: target });
    await waitFor("the end of the process", () => failed.child.exitCode !== null);
    expect(failed.child.exitCode).toBe(1);
    expect(failed.output()).toMatch(/^gateway-twin: DATA_DIR: .*data.*\n$/);
  });
});

describe("two processes on one folder", () => {
  it("lets only the first serve, and the second says who has it", async () => {
    product = await startProduct({ dataDir: directory.path, env: { NODE_ID: "first" } });
    const second = await spawnProduct({ dataDir: directory.path, env: { NODE_ID: "second" } });
    await waitFor("the end of the second", () => second.child.exitCode !== null);
    expect(second.child.exitCode).toBe(1);
    expect(second.output()).toMatch(/gateway-twin: the data is in use by node first \(pid \d+/);
    expect((await product.request("GET", "/readyz")).status).toBe(200);
  });

  it("starts at once when the first was killed", async () => {
    const first = await startProduct({ dataDir: directory.path, env: { NODE_ID: "first" } });
    await first.kill("SIGKILL");
    const before = performance.now();
    product = await startProduct({ dataDir: directory.path, env: { NODE_ID: "second" } });
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it("stops a first one that was frozen while another took over, before it writes anything", async () => {
    const first = await startProduct({ dataDir: directory.path, env: { NODE_ID: "first" } });
    const [credentials] = await provision(first, ["gw-1"]);
    if (!credentials) throw new Error("the gateway was not created");
    const gateway = await connectGateway(first, credentials);
    first.child.kill("SIGSTOP");
    product = await startProduct({ dataDir: directory.path, env: { NODE_ID: "second" } });
    gateway.publish("reported", { state: { from: "the first" } }).catch(() => undefined);
    first.child.kill("SIGCONT");
    await waitFor("the end of the first", () => first.child.exitCode !== null);
    expect(first.output()).toMatch(/gateway-twin: node second \(pid \d+\) has taken the partitions over/);
    const { body } = await product.request("GET", "/v1/gateways/gw-1/twin");
    expect((body as { version: number }).version).toBe(0);
    await gateway.end();
  });
});
