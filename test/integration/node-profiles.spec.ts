import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FileBlobStore } from "../../stores/files/blob-store.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { natsBrokers } from "../helpers/nats-brokers.ts";
import { type Profiled, profiledNode } from "../helpers/node-profiles.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type RestHarness, reasonOf, startRest, TOKEN } from "./rest-harness.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let rest: RestHarness;
let here: Profiled;
let other: Profiled;
let brokers: ReturnType<typeof natsBrokers>;
let at: (nodeId: string, more?: string) => string;

beforeAll(async () => {
  directory = await temporaryDirectory();
  brokers = natsBrokers();
  here = profiledNode("api", join(directory.path, "api"));
  other = profiledNode("core", join(directory.path, "core"));
  const core = brokers.create("core");
  core.createService(other.schema);
  const blobs = new FileBlobStore(join(directory.path, "artifacts"));
  rest = await startRest([here.schema], { blobs }, brokers.create("api"));
  await core.start();
  await brokers.untilKnown("node-profiles.list", 2);
  at = (nodeId, more = "") => `/v1/nodes/${nodeId}/profiles${more}`;
});
afterAll(async () => {
  await rest.stop();
  await brokers.stop();
  await directory.remove();
});

async function download(nodeId: string, profileId: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${rest.url}${at(nodeId, `/${profileId}:download`)}`, {
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

test("profiles of another node are listed, read in parts, and deleted there", async () => {
  const content = Buffer.from(Array.from({ length: 1_300_000 }, (_, index) => index % 251));
  for (const [second, kind] of [
    [1, "CPU"],
    [2, "HEAP"],
    [3, "CPU"],
  ] as const)
    await other.files.add({ time: second * 1000, kind, reason: "LAG", nodeId: "core" }, content);
  const first = await rest.request("GET", at("core", "?pageSize=2"));
  const second = await rest.request("GET", at("core", `?pageSize=2&pageToken=${first.body.nextPageToken}`));
  type Page = { profiles: { createTime: string; profileId: string }[] };
  const listed = [first, second].flatMap(({ body }) => (body as Page).profiles);
  expect(listed.map(({ createTime }) => createTime)).toEqual([
    "1970-01-01T00:00:03.000Z",
    "1970-01-01T00:00:02.000Z",
    "1970-01-01T00:00:01.000Z",
  ]);
  const heap = await rest.request("GET", at("core", `?filter=${encodeURIComponent("kind = HEAP")}`));
  expect((heap.body as Page).profiles).toEqual([listed[1]]);
  expect((await rest.request("GET", at("api"))).body.profiles).toEqual([]);
  const { profileId } = listed[1] ?? { profileId: "" };
  expect((await download("core", profileId)).bytes.equals(content)).toBe(true);
  const part = await download("core", profileId, { range: "bytes=600000-1200000" });
  expect([part.status, part.bytes.equals(content.subarray(600_000, 1_200_001))]).toEqual([206, true]);
  expect((await rest.request("DELETE", at("core", `/${profileId}`))).status).toBe(204);
  expect(reasonOf(await rest.request("GET", at("core", `/${profileId}`)))).toBe("NODE_PROFILE_NOT_FOUND");
  expect((await download("core", profileId)).status).toBe(404);
});

/** Something to find in a profile, by this file's name. */
function burn(): void {
  for (const end = performance.now() + 20; performance.now() < end; ) Math.sqrt(end);
}

test.each(["api", "core"])("a CPU profile of node %s shows what the process did", async (nodeId) => {
  const capturing = rest.request("POST", at(nodeId, ":capture"), { body: { kind: "CPU", seconds: 2 } });
  const { profiler } = nodeId === "api" ? here : other;
  await waitFor("the capture to run", () => profiler.isRunning);
  const burning = waitFor("its end", () => {
    burn();
    return !profiler.isRunning;
  });
  const second = await rest.request("POST", at(nodeId, ":capture"), { body: { kind: "HEAP" } });
  expect([second.status, reasonOf(second)]).toEqual([429, "CAPTURE_RUNNING"]);
  expect(second.headers.get("retry-after")).toMatch(/^[12]$/);
  await burning;
  const { status, body } = await capturing;
  expect([status, body]).toEqual([200, expect.objectContaining({ nodeId, kind: "CPU", reason: "MANUAL" })]);
  const { bytes, headers } = await download(nodeId, String(body.profileId));
  expect(headers.get("content-disposition")).toContain(String(body.filename));
  const profile = JSON.parse(bytes.toString());
  const files = profile.nodes.map((node: { callFrame: { url: string } }) => node.callFrame.url);
  expect(files.join()).toContain("node-profiles.spec.ts");
  expect(bytes.length).toBe(body.size);
});

test("a heap profile shows who allocated what is still in use", async () => {
  const capturing = rest.request("POST", at("api", ":capture"), { body: { kind: "HEAP", seconds: 1 } });
  await waitFor("the capture to run", () => here.profiler.isRunning);
  const kept = Array.from({ length: 400_000 }, (_, index) => ({ index }));
  const { body } = await capturing;
  expect(kept).toHaveLength(400_000);
  const { bytes } = await download("api", String(body.profileId));
  expect(JSON.parse(bytes.toString())).toMatchObject({ head: { callFrame: { functionName: "(root)" } } });
  expect(String(body.filename)).toMatch(/-heap-manual-api\.heapprofile$/);
});

test("a node that is not there is said so", async () => {
  const answer = await rest.request("GET", at("nobody"));
  expect([answer.status, reasonOf(answer)]).toEqual([404, "NODE_NOT_FOUND"]);
});
