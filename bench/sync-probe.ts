import { open } from "node:fs/promises";
import { join } from "node:path";
import { median } from "./stats.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const SYNCS = 200;

/** What one synced append costs on the disk under the data folders: without it no durable rate means anything. */
export async function probeSync(): Promise<{ p50Ms: number; p99Ms: number }> {
  const folder = await temporaryFolder();
  const file = await open(join(folder.path, "probe"), "a");
  const block = Buffer.alloc(4096, 1);
  const took: number[] = [];
  for (let turn = 0; turn < SYNCS; turn++) {
    await file.write(block);
    const start = performance.now();
    await file.datasync();
    took.push(performance.now() - start);
  }
  await file.close();
  await folder.remove();
  took.sort((a, b) => a - b);
  return { p50Ms: median(took), p99Ms: took[Math.floor(SYNCS * 0.99)] ?? Number.NaN };
}
