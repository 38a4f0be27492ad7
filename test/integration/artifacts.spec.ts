import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sequelize } from "sequelize";
import { afterEach, beforeEach, expect, test } from "vitest";
import { call } from "../../mixins/bridge.ts";
import { artifactsService } from "../../services/core/artifacts/artifacts.service.ts";
import { openDatabase } from "../../stores/database.ts";
import { FileBlobStore } from "../../stores/files/blob-store.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type RestHarness, reasonOf, requestTo, startRest, TOKEN } from "./rest-harness.ts";

let rest: RestHarness;
let folder: string;
let time: { now: number };
let database: Sequelize;

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const counters = { count: () => {}, gauge: () => {} };
const QUOTA = 5_000_000;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "gateway-twin-artifacts-"));
  database = await openDatabase(folder);
  time = { now: Date.parse("2026-03-01T00:00:00Z") };
  const blobs = new FileBlobStore(join(folder, "artifacts"));
  const settings = { quotaBytes: QUOTA, maxBytes: 3_000_000 };
  const options = { sequelize: database, blobs, clock: () => time.now, counters, log: silent, settings };
  rest = await startRest([artifactsService({ ...options, sweepEveryMs: 20 })], { blobs });
});
afterEach(async () => {
  await rest.stop();
  await database.close();
  rmSync(folder, { recursive: true });
});

type Sent = { readonly method?: string; readonly token?: string; readonly headers?: Record<string, string> };

async function send(
  path: string,
  body: Buffer | ReadableStream,
  { method = "POST", token = TOKEN, headers }: Sent = {},
) {
  const response = await fetch(`${rest.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "image/png", ...headers },
    body: body instanceof Buffer ? new Uint8Array(body) : body,
    ...(!(body instanceof Buffer) && { duplex: "half" }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
}

async function download(path: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetch(`${rest.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

test("a file larger than other bodies goes in and comes out as it was, in whole and in ranges", async () => {
  const bytes = randomBytes(2_500_000);
  const created = await send(
    `/v1/artifacts?filename=a%20b.png&labels=kind=x,site=a&sha256=${sha256(bytes)}`,
    bytes,
  );
  expect(created.status).toBe(201);
  const { artifactId } = created.body;
  expect(created.headers.get("location")).toBe(`/v1/artifacts/${artifactId}`);
  const known = {
    filename: "a b.png",
    contentType: "image/png",
    size: bytes.length,
    sha256: sha256(bytes),
    labels: { kind: "x", site: "a" },
    by: "admin",
    expireTime: null,
  };
  expect((await rest.request("GET", `/v1/artifacts/${artifactId}`)).body).toMatchObject(known);
  const path = `/v1/artifacts/${artifactId}:download`;
  const whole = await download(path);
  expect([whole.status, whole.bytes.equals(bytes)]).toEqual([200, true]);
  const etag = whole.headers.get("etag") ?? "";
  const part = await download(path, { range: "bytes=1000000-1000099" });
  expect([part.status, part.headers.get("content-range")]).toEqual([
    206,
    `bytes 1000000-1000099/${bytes.length}`,
  ]);
  expect(part.bytes.equals(bytes.subarray(1_000_000, 1_000_100))).toBe(true);
  expect((await download(path, { range: "bytes=-7" })).bytes.equals(bytes.subarray(-7))).toBe(true);
  expect((await download(path, { range: "bytes=0-0", "if-range": '"other"' })).status).toBe(200);
  expect((await download(path, { "if-none-match": etag })).status).toBe(304);
  const head = await download(path, {}, "HEAD");
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
  const beyond = await requestTo(rest.url, "GET", path, { headers: { range: `bytes=${bytes.length}-` } });
  expect([beyond.status, reasonOf(beyond)]).toEqual([416, "RANGE_NOT_SATISFIABLE"]);
  expect(beyond.headers.get("content-range")).toBe(`bytes */${bytes.length}`);
});

test("what is not what was said, too large, or beyond the quota is refused and leaves nothing", async () => {
  const wrong = await send(`/v1/artifacts?sha256=${"0".repeat(64)}`, randomBytes(1000));
  expect([wrong.status, reasonOf(wrong)]).toEqual([400, "CHECKSUM_MISMATCH"]);
  const large = await send("/v1/artifacts", randomBytes(3_000_001));
  expect([large.status, reasonOf(large)]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  expect((await send("/v1/artifacts?color=red", randomBytes(10))).status).toBe(400);
  expect((await rest.request("GET", "/v1/artifacts")).body.artifacts).toEqual([]);
  for (const size of [3_000_000, 2_000_000])
    expect((await send("/v1/artifacts", randomBytes(size))).status).toBe(201);
  const full = await send("/v1/artifacts", randomBytes(1));
  expect([full.status, reasonOf(full)]).toEqual([429, "ARTIFACTS_FULL"]);
  expect(rest.logged).toEqual([]);
});

test("an upload with an Idempotency-Key is kept once, whoever brings it again", async () => {
  const bytes = randomBytes(1000);
  const headers = { "idempotency-key": "firmware-7" };
  const all = await Promise.all([1, 2, 3].map(() => send("/v1/artifacts", bytes, { headers })));
  const later = await send("/v1/artifacts", bytes, { headers });
  expect([...all, later].map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(new Set([...all, later].map(({ body }) => body.artifactId)).size).toBe(1);
  const other = await send("/v1/artifacts", randomBytes(1000), { headers });
  expect([other.status, reasonOf(other)]).toEqual([409, "IDEMPOTENCY_KEY_REUSED"]);
  const unusable = await send("/v1/artifacts", bytes, { headers: { "idempotency-key": "x".repeat(256) } });
  expect([unusable.status, reasonOf(unusable)]).toEqual([400, "INVALID_ARGUMENT"]);
  expect((await rest.request("GET", "/v1/artifacts")).body.artifacts).toHaveLength(1);
  expect(readdirSync(join(folder, "artifacts"))).toHaveLength(1);
});

test("an upload that the client breaks off leaves nothing", async () => {
  const leaving = new AbortController();
  let chunks = 0;
  const stream = new ReadableStream({
    pull(controller) {
      chunks += 1;
      if (chunks === 100) return new Promise<void>(() => undefined);
      controller.enqueue(randomBytes(1000));
      return Promise.resolve();
    },
  });
  const options = { method: "POST", body: stream, duplex: "half", signal: leaving.signal } as const;
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "image/png" };
  const sending = fetch(`${rest.url}/v1/artifacts`, { ...options, headers });
  sending.catch(() => undefined);
  const files = () => (existsSync(join(folder, "artifacts")) ? readdirSync(join(folder, "artifacts")) : []);
  await waitFor("the upload to begin", () => files().length === 1);
  leaving.abort();
  await expect(sending).rejects.toThrow();
  await waitFor("the file to go", () => files().length === 0);
  await waitFor("what is known of it to go", async () => {
    const [rows] = await database.query("SELECT * FROM artifacts");
    return rows.length === 0;
  });
});

test("lists are paged, newest first, and filtered; only an admin deletes", async () => {
  for (const site of ["a", "b", "a"]) {
    time.now += 1000;
    await send(`/v1/artifacts?labels=site=${site}`, randomBytes(10));
  }
  const first = await rest.request("GET", "/v1/artifacts?pageSize=2");
  const second = await rest.request("GET", `/v1/artifacts?pageSize=2&pageToken=${first.body.nextPageToken}`);
  type Listed = { readonly artifactId: string; readonly createTime: string };
  const all = [first, second].flatMap(({ body }) => body.artifacts as Listed[]);
  const times = all.map(({ createTime }) => createTime);
  expect(times).toEqual(times.toSorted().reverse());
  expect(times).toHaveLength(3);
  const filtered = await rest.request(
    "GET",
    `/v1/artifacts?filter=${encodeURIComponent('labels.site = "a"')}`,
  );
  expect(filtered.body.artifacts).toHaveLength(2);
  const path = `/v1/artifacts/${all[0]?.artifactId}`;
  expect((await rest.request("DELETE", path)).status).toBe(204);
  for (const each of [path, `${path}:download`])
    expect(reasonOf(await rest.request("GET", each))).toBe("ARTIFACT_NOT_FOUND");
  expect((await rest.request("GET", `${path}:download`, { token: null })).status).toBe(401);
});

test("an upload address is good once, for what it was given out for, and for a while", async () => {
  const expected = () =>
    call(rest.broker, "artifacts.expect", {
      contentTypes: ["image/png"],
      maxBytes: 1000,
      ttlSeconds: 30,
      keepSeconds: 3600,
      labels: { gatewayId: "gw-1" },
      by: "key:k",
    });
  const put = async (
    { artifactId, token }: Awaited<ReturnType<typeof expected>>,
    size = 10,
    type = "image/png",
  ) => {
    const headers = { "content-type": type };
    const answer = await send(`/v1/artifacts/${artifactId}`, randomBytes(size), {
      method: "PUT",
      token,
      headers,
    });
    return answer.status === 200 ? answer.body.artifactId : reasonOf(answer);
  };
  const good = await expected();
  expect(await put({ ...good, token: `${good.token}x` })).toBe("UPLOAD_REFUSED");
  expect(await put(good, 10, "text/html")).toBe("UNSUPPORTED_MEDIA_TYPE");
  const twice = await Promise.all([put(good), put(good)]);
  expect(twice.toSorted()).toEqual([good.artifactId, "UPLOAD_REFUSED"].toSorted());
  expect(await put(good)).toBe("UPLOAD_REFUSED");
  expect(await put(await expected(), 1001)).toBe("PAYLOAD_TOO_LARGE");
  const late = await expected();
  time.now += 30_000;
  expect(await put(late)).toBe("UPLOAD_REFUSED");
  const { artifactId } = good;
  expect(await call(rest.broker, "artifacts.get", { artifactId })).toMatchObject({
    by: "key:k",
    labels: { gatewayId: "gw-1" },
  });
  time.now += 3_600_000;
  await waitFor("it to be removed", async () => {
    const found = await call(rest.broker, "artifacts.list", {});
    return found.artifacts.length === 0;
  });
});
