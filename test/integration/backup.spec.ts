import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create, extract } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backup } from "../../scripts/installation/backup.ts";
import { restore } from "../../scripts/installation/restore.ts";
import { filesBelow } from "../../scripts/installation/snapshot.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { connectGateway, provision, type TestGateway } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

const CONTENT = randomBytes(700_000);

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let dataDir: string;
let file: string;
let product: Product;
let gateways: TestGateway[];
let key: string;
let artifactId: string;
/** Highest numbers that were acknowledged, when the backup began and when it had ended. */
let before: number[];
let after: number[];

const silent = () => undefined;
const path = (name: string) => join(directory.path, name);

beforeAll(async () => {
  directory = await temporaryDirectory();
  dataDir = path("data");
  file = path("backup.tar.gz");
  product = await startProduct({ dataDir });
  const ids = Array.from({ length: 4 }, (_, index) => `gw-${index}`);
  const credentials = await provision(product, ids);
  gateways = await Promise.all(credentials.map((one) => connectGateway(product, one)));
  key = await createKey();
  artifactId = await upload();
}, 60_000);

afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.end()));
  await product.kill("SIGKILL");
  await directory.remove();
});

async function createKey(): Promise<string> {
  const { body } = await product.request("POST", "/v1/apiKeys", { displayName: "reader", role: "viewer" });
  return (body as { token: string }).token;
}

async function upload(): Promise<string> {
  const response = await fetch(`${product.httpUrl}/v1/artifacts`, {
    method: "POST",
    headers: { authorization: `Bearer ${product.token}`, "content-type": "application/octet-stream" },
    body: CONTENT,
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { artifactId: string }).artifactId;
}

async function seqOf(gatewayId: string): Promise<number> {
  const { body } = await product.request("GET", `/v1/gateways/${gatewayId}/twin`);
  return (body as { reported: { state: { seq?: number } } }).reported.state.seq ?? 0;
}

/** All report as fast as they can, until the returned function is called; that gives what was acknowledged last. */
function load(): { readonly acknowledged: number[]; end(): Promise<void> } {
  const acknowledged = gateways.map(() => 0);
  let isEnded = false;
  const work = gateways.map(async (gateway, index) => {
    for (let seq = 1; !isEnded; seq += 1) {
      await gateway.publish("reported", { state: { seq }, boot: "b1", seq });
      acknowledged[index] = seq;
    }
  });
  return {
    acknowledged,
    end: async () => {
      isEnded = true;
      await Promise.all(work);
    },
  };
}

async function names(): Promise<string[]> {
  return (await readdir(directory.path)).sort();
}

describe("a backup of an installation under load", { timeout: 60_000 }, () => {
  it("is made while all go on writing", async () => {
    const writing = load();
    await waitFor("some updates", () => writing.acknowledged.every((seq) => seq > 20));
    before = [...writing.acknowledged];
    await backup({ dataDir, file, force: false, print: silent });
    after = [...writing.acknowledged];
    await waitFor("updates after it", () =>
      writing.acknowledged.every((seq, at) => seq > (after[at] ?? 0) + 20),
    );
    await writing.end();
    expect(await names()).toEqual(["backup.tar.gz", "data"]);
  });

  it("never takes the place of another file, unless it is told to", async () => {
    const other = path("other.tar.gz");
    await writeFile(other, "something else");
    await expect(backup({ dataDir, file: other, force: false, print: silent })).rejects.toThrow(
      /other\.tar\.gz exists; choose another name, or overwrite it with --force/,
    );
    expect(await readFile(other, "utf8")).toBe("something else");
    const { files } = await backup({ dataDir, file: other, force: true, print: silent });
    expect(files.map((one) => one.path)).toEqual([`artifacts/${artifactId}`, "gateway-twin.sqlite"]);
  });

  it("is not restored while the product runs", async () => {
    await expect(restore({ dataDir, file, print: silent })).rejects.toThrow(
      /^the data is in use by node .* stop it first$/,
    );
    expect(await names()).toEqual(["backup.tar.gz", "data", "other.tar.gz"]);
  });

  it("changes nothing when it is damaged, wherever that is", async () => {
    await product.kill("SIGTERM");
    const had = await filesBelow(dataDir);
    const whole = await readFile(file);
    const damaged = path("damaged.tar.gz");
    for (const share of [0.001, 0.3, 0.6, 0.95]) {
      const bytes = Buffer.from(whole);
      const at = Math.floor(bytes.length * share) + 11;
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      await writeFile(damaged, bytes);
      await expect(restore({ dataDir, file: damaged, print: silent })).rejects.toThrow("damaged.tar.gz: ");
    }
    await writeFile(damaged, whole.subarray(0, whole.length / 2));
    await expect(restore({ dataDir, file: damaged, print: silent })).rejects.toThrow("damaged.tar.gz: ");
    const folder = path("unpacked");
    await mkdir(folder);
    await extract({ file, cwd: folder });
    await writeFile(join(folder, "artifacts", artifactId), "something else");
    await create({ gzip: true, cwd: folder, file: damaged }, ["."]);
    await rm(folder, { recursive: true });
    await expect(restore({ dataDir, file: damaged, print: silent })).rejects.toThrow(
      `damaged.tar.gz: it is damaged: artifacts/${artifactId} has another checksum`,
    );
    expect(await filesBelow(dataDir)).toEqual(had);
    expect(await names()).toEqual(["backup.tar.gz", "damaged.tar.gz", "data", "other.tar.gz"]);
  });

  it("brings the state of its moment back, with artifacts and keys, and keeps what was there", async () => {
    await restore({ dataDir, file, print: silent });
    const kept = (await names()).find((name) => name.startsWith("data.before-"));
    expect(existsSync(path(`${kept}/gateway-twin.sqlite`))).toBe(true);
    product = await startProduct({ dataDir });
    for (const [at, { id }] of gateways.entries()) {
      const seq = await seqOf(id);
      expect(seq).toBeGreaterThanOrEqual(before[at] ?? 0);
      // One more may have been on its way.
      expect(seq).toBeLessThanOrEqual((after[at] ?? 0) + 1);
    }
    const headers = { authorization: `Bearer ${key}` };
    const download = await fetch(`${product.httpUrl}/v1/artifacts/${artifactId}:download`, { headers });
    const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    expect(digest(await download.bytes())).toBe(digest(CONTENT));
  });
});
