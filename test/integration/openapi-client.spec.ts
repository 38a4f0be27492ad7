import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ApiError, GatewayTwinClient } from "../../client/client.ts";
import { CLIENT_CODE, clientCode } from "../../scripts/client/code.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { startWhole, TOKEN } from "../helpers/application.ts";

const run = promisify(execFile);
const CLIENT = fileURLToPath(new URL("../../client", import.meta.url));

let product: Awaited<ReturnType<typeof startWhole>>;
let api: GatewayTwinClient;

beforeAll(async () => {
  product = await startWhole();
  api = new GatewayTwinClient({ baseUrl: product.url, token: TOKEN });
});
afterAll(() => product.stop());

const idsOf = async (filter: string) => {
  const ids: string[] = [];
  for await (const { gatewayId } of api.list("gateways.list", { pageSize: 2, filter })) ids.push(gatewayId);
  return ids;
};

test("what is made from the contracts is up to date (npm run client)", async () => {
  expect(await readFile(CLIENT_CODE, "utf8")).toBe(clientCode());
});

describe("the client", () => {
  test("calls with params in the path, the query, the body and headers", async () => {
    const gatewayId = "gw:1";
    await api.call("gateways.create", { gatewayId, labels: { site: "a" } }, { idempotencyKey: "key" });
    const twin = await api.call("twins.updateDesired", { gatewayId, patch: { a: 1 }, reason: "why & how" });
    expect(twin).toMatchObject({ version: 1, desired: { state: { a: 1 } } });
    const operations = [{ op: "replace", path: "/a", value: 2 }];
    await api.call("twins.patchDesired", { gatewayId, operations, expectedVersion: 1 });
    const full = await api.call("twins.get", { gatewayId, view: "FULL" });
    expect(full.desired).toMatchObject({ state: { a: 2 }, sources: { a: "gateway" } });
    expect(await api.call("gateways.delete", { gatewayId })).toBeNull();
  });

  test("throws what the server refuses", async () => {
    const missing = api.call("twins.get", { gatewayId: "none" }, { requestId: "mine" });
    await expect(missing).rejects.toMatchObject({
      name: "ApiError",
      status: 404,
      reason: "GATEWAY_NOT_FOUND",
      metadata: { gatewayId: "none", errorCode: "4040001" },
      requestId: "mine",
    });
    const bad = api.call("gateways.create", { displayName: "x".repeat(300) });
    await expect(bad).rejects.toMatchObject({ violations: [{ field: "displayName" }] });
    const nobody = new GatewayTwinClient({ baseUrl: product.url });
    await expect(nobody.call("gateways.list", {})).rejects.toThrow(ApiError);
  });

  test("reads all pages", async () => {
    const requests = [1, 2, 3, 4, 5].map((each) => ({ gatewayId: `page-${each}`, labels: { list: "all" } }));
    await api.call("gateways.batchCreate", { requests });
    const ids = requests.map(({ gatewayId }) => gatewayId);
    expect((await idsOf("labels.list = all")).sort()).toEqual(ids);
    expect(await idsOf("labels.list = none")).toEqual([]);
  });

  test("watches, and comes back to where a stream was cut", async () => {
    const gatewayId = "watched";
    await api.call("gateways.create", { gatewayId });
    const ids: unknown[] = [];
    const cut: typeof fetch = async (input, init) => {
      ids.push(new Headers(init?.headers).get("last-event-id"));
      const response = await fetch(input, init);
      return ids.length > 1 ? response : new Response(cutAfter(1, response.body), response);
    };
    const client = new GatewayTwinClient({ baseUrl: product.url, token: TOKEN, fetch: cut });
    const ending = new AbortController();
    const versions: unknown[] = [];
    for await (const { event, data } of client.watch("twins.watch", { gatewayId }, ending)) {
      versions.push("version" in data ? data.version : data.data.version);
      if (event === "twin") await api.call("twins.replaceDesired", { gatewayId, state: { a: 1 } });
      else ending.abort();
    }
    expect(versions).toEqual([0, 1]);
    expect(ids).toEqual([null, expect.stringMatching(/^\d+/)]);
  });

  test("ends a watch that is refused", async () => {
    await expect(api.watch("twins.watch", { gatewayId: "none" }).next()).rejects.toMatchObject({
      status: 404,
    });
  });
});

/** The stream until so many events were sent. */
function cutAfter(count: number, body: Response["body"]): ReadableStream<Uint8Array> | null {
  let left = count;
  const cutter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      if (Buffer.from(chunk).includes("data:")) left -= 1;
      if (left === 0) controller.terminate();
    },
  });
  return body?.pipeThrough(cutter) ?? null;
}

test("a program that has nothing else of ours can use it, with its types", async () => {
  const directory = await temporaryDirectory();
  const installed = join(directory.path, "node_modules/gateway-twin");
  await mkdir(installed, { recursive: true });
  const { exports } = JSON.parse(await readFile(join(CLIENT, "../package.json"), "utf8"));
  await writeFile(join(installed, "package.json"), JSON.stringify({ type: "module", exports }));
  await run("tsc", ["-p", CLIENT, "--outDir", join(installed, "client/dist")]);
  await writeFile(join(directory.path, "package.json"), '{"type":"module"}');
  await writeFile(join(directory.path, "program.ts"), PROGRAM);
  await writeFile(join(directory.path, "tsconfig.json"), JSON.stringify({ compilerOptions: STRICT }));
  await run("tsc", ["-p", directory.path]);
  const { stdout } = await run(process.execPath, ["program.js", product.url, TOKEN], { cwd: directory.path });
  expect(stdout).toBe("GATEWAY_NOT_FOUND\n");
  await directory.remove();
}, 60_000);

const STRICT = { strict: true, module: "nodenext", target: "es2024", lib: ["es2024", "dom"], types: [] };
const PROGRAM = `
import { ApiError, GatewayTwinClient, type Twin } from "gateway-twin/client";
declare const process: { readonly argv: readonly string[] };
const [, , baseUrl = "", token = ""] = process.argv;
const client = new GatewayTwinClient({ baseUrl, token });
// @ts-expect-error the id is missing
client.call("twins.get", {}).catch(() => undefined);
try {
  const twin: Twin = await client.call("twins.get", { gatewayId: "none" });
  // @ts-expect-error there is no such member
  console.log(twin.nothing);
} catch (error) {
  if (error instanceof ApiError) console.log(error.reason);
}
`;
