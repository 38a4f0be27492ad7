import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenApiDocument } from "../services/bff/openapi/types.ts";
import { Fuzzer, type Shot } from "../test/fuzz/fuzzer.ts";
import { type Product, spawnProduct } from "../test/helpers/product.ts";
import { waitFor } from "../test/helpers/wait-for.ts";
import { readOptions } from "./command-line.ts";
import { type FuzzArguments, parseFuzzArguments, USAGE } from "./fuzz/options.ts";
import { type Memory, memoryText, problemsOf, tableOf } from "./fuzz/report.ts";

const LIMIT_MS = 30 * 60_000;
const START_LIMIT_MS = 60_000;
const ANSWER_LIMIT_MS = 10_000;
const CONCURRENCY = 8;
/** The memory is looked at after each; the first warms up. */
const STRETCHES = [0.2, 0.4, 0.4];
/** Actors that nobody asks for are let go after 30 s, and SQLite keeps its pages: what is left after both. */
const SETTLE_MS = 40_000;
/** In the last stretch. What leaks grows in all of them; what the allocator keeps for itself does not. */
const MAX_GROWTH_BYTES = 32 * 1024 ** 2;
const MEMORY = new URL("fuzz/memory.ts", import.meta.url);

/** `npm run fuzz`: requests made up from /openapi.json against a whole product in a process of its own. */
setTimeout(() => {
  console.error("fuzz: it takes longer than 30 minutes");
  process.exit(1);
}, LIMIT_MS).unref();
process.exitCode = await main();

async function main(): Promise<number> {
  const given = readOptions("fuzz", USAGE, parseFuzzArguments);
  if (!given) return 2;
  console.log(`fuzz: ${given.requests} requests, seed ${given.seed}`);
  const dataDir = mkdtempSync(join(tmpdir(), "gateway-twin-fuzz-"));
  const product = await spawnProduct({
    dataDir,
    env: { NODE_OPTIONS: `--expose-gc --import=${MEMORY}`, LOG_LEVEL: "error" },
  });
  try {
    await isReady(product);
    return await fuzz(product, given);
  } finally {
    await product.kill("SIGKILL");
    rmSync(dataDir, { recursive: true });
  }
}

async function isReady({ httpUrl, output }: Product): Promise<void> {
  const ready = () =>
    fetch(`${httpUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitFor("the product to be ready", ready, START_LIMIT_MS).catch((error) => {
    throw new Error(`${error}; it wrote: ${output()}`);
  });
}

async function fuzz(product: Product, { requests, seed, only }: FuzzArguments): Promise<number> {
  const { httpUrl: url, token } = product;
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  const fuzzer = new Fuzzer({ document, url, token, seed, limitMs: ANSWER_LIMIT_MS, only });
  const shots: Shot[] = [];
  const memory: Memory[] = [];
  for (const share of STRETCHES) {
    shots.push(...(await fuzzer.run(Math.round(requests * share), CONCURRENCY)));
    const now = await memoryOf(product);
    memory.push(now);
    console.log(memoryText(`after ${shots.length} requests`, now));
  }
  return report(shots, memory);
}

/** After it had time to settle. */
async function memoryOf({ child, output }: Product): Promise<Memory> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const length = output().length;
  child.kill("SIGUSR2");
  const text = await waitFor("the product to tell its memory", () => {
    return /^memory (.+)$/m.exec(output().slice(length))?.[1];
  });
  const memory: Memory = JSON.parse(text);
  return memory;
}

function report(shots: readonly Shot[], memory: readonly Memory[]): number {
  console.log(`\n${tableOf(shots)}\n`);
  const problems = problemsOf(shots);
  if (hasGrown(memory, "rss") || hasGrown(memory, "heapUsed")) problems.push("the memory has grown");
  for (const problem of problems) console.log(`\n${problem}`);
  console.log(problems.length === 0 ? "fuzz: PASS" : `fuzz: MISS, ${problems.length} kinds of problems`);
  return problems.length === 0 ? 0 : 1;
}

function hasGrown(memory: readonly Memory[], part: keyof Memory): boolean {
  const [before, after] = memory.slice(-2);
  return before !== undefined && after !== undefined && after[part] - before[part] > MAX_GROWTH_BYTES;
}
