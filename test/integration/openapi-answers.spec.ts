import { afterAll, beforeAll, expect, test } from "vitest";
import { openApiDocument } from "../../services/bff/openapi/document.ts";
import { Fuzzer } from "../fuzz/fuzzer.ts";
import { startWhole, TOKEN } from "../helpers/application.ts";

const SEED = 20_260_301;
const REQUESTS_PER_OPERATION = 8;

let product: Awaited<ReturnType<typeof startWhole>>;

beforeAll(async () => {
  product = await startWhole();
});
afterAll(() => product.stop());

test("the document is served, and sent once", async () => {
  const first = await fetch(`${product.url}/openapi.json`);
  expect(await first.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  const known = { "if-none-match": first.headers.get("etag") ?? "" };
  expect((await fetch(`${product.url}/openapi.json`, { headers: known })).status).toBe(304);
  const page = await fetch(`${product.url}/docs`);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toContain("style-src 'sha256-");
  expect(await page.text()).toContain('id="twins.get"');
});

test("every route answers as the document says, whatever it is asked", async () => {
  const { url } = product;
  const document = openApiDocument();
  const fuzzer = new Fuzzer({ document, url, token: TOKEN, seed: SEED, limitMs: 10_000 });
  const { operationIds } = fuzzer;
  const shots = await fuzzer.run(operationIds.length * REQUESTS_PER_OPERATION, 8);
  expect(shots.flatMap(({ problem }) => problem ?? [])).toEqual([]);
  const countOf = (kind: number) =>
    new Set(shots.filter(({ status }) => Math.floor(status / 100) === kind).map((shot) => shot.operationId))
      .size;
  // a walk that meets nothing but errors, or none, would prove little
  expect(countOf(2)).toBeGreaterThan(operationIds.length * 0.5);
  expect(countOf(4)).toBeGreaterThan(operationIds.length * 0.5);
}, 60_000);
