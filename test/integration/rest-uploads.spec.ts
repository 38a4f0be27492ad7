import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Sequelize } from "sequelize";
import { afterAll, beforeAll, expect, test } from "vitest";
import { artifactsService } from "../../services/core/artifacts/artifacts.service.ts";
import { openDatabase } from "../../stores/database.ts";
import { FileBlobStore } from "../../stores/files/blob-store.ts";
import { type RestHarness, startRest, TOKEN } from "./rest-harness.ts";

const REQUEST_MS = 1000;
const PART = new Uint8Array(300 * 1024);

let rest: RestHarness;
let database: Sequelize;
const folder = mkdtempSync(join(tmpdir(), "gateway-twin-uploads-"));

beforeAll(async () => {
  database = await openDatabase(folder);
  const blobs = new FileBlobStore(join(folder, "artifacts"));
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const counters = { count: () => {}, gauge: () => {} };
  const artifacts = artifactsService({ sequelize: database, blobs, clock: Date.now, counters, log });
  const timeouts = { requestMs: REQUEST_MS, headersMs: 300, idleMs: 400, silenceMs: 60_000, closeMs: 100 };
  rest = await startRest([artifacts], { blobs, timeouts });
});
afterAll(async () => {
  await rest.stop();
  await database.close();
  rmSync(folder, { recursive: true });
});

/** So many parts, one each half of what a request has. */
async function upload(part: Uint8Array, parts: number): Promise<number> {
  async function* body() {
    for (let n = 0; n < parts; n += 1) {
      yield part;
      await delay(REQUEST_MS / 2);
    }
  }
  const response = await fetch(`${rest.url}/v1/artifacts`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/octet-stream" },
    body: ReadableStream.from(body()),
    duplex: "half",
  });
  await response.arrayBuffer();
  return response.status;
}

test("an upload may take longer than a request, as long as it comes along", async () => {
  expect(await upload(PART, 4)).toBe(201);
});

test("an upload that drips is given up like any request", async () => {
  // The answer may be lost with the connection that is closed under what is still sent.
  const outcome = await upload(new Uint8Array(10), 20).catch(() => "closed");
  expect([408, "closed"]).toContain(outcome);
});
