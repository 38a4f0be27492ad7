import { forkModule } from "../children.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startProduct } from "../variants/product-process.ts";
import type { MemoryCalls } from "./memory-calls.ts";

export type MemoryResult = {
  twins: number;
  documentBytes: number;
  /** Over the same process without twins. */
  bytes: number;
  /** The longest stop of a full garbage collection with all twins in memory. */
  pauseMs: number;
  /** From the start of the process until it is ready, with all these twins stored. */
  startMs: number;
};

/** Idle twins in the product's own runtime, then a start of the product on what they left in the store. */
export async function measureMemory(sizes: readonly number[]): Promise<MemoryResult[]> {
  const results: MemoryResult[] = [];
  for (const twins of sizes) results.push(await measureSize(twins));
  return results;
}

async function measureSize(twins: number): Promise<MemoryResult> {
  const folder = await temporaryFolder();
  try {
    const held = await hold(folder.path, twins);
    const start = performance.now();
    const product = await startProduct(folder.path);
    const startMs = performance.now() - start;
    await product.stop();
    return { twins, ...held, startMs };
  } finally {
    await folder.remove();
  }
}

async function hold(dataDir: string, twins: number) {
  const child = forkModule<MemoryCalls>("servers/twin-memory.ts", "the process with idle twins");
  const empty = await child.peer.call("empty", { dataDir });
  const full = await child.peer.call("fill", { twins });
  await child.peer.call("close", { twins });
  await child.stop();
  return { documentBytes: full.documentBytes, bytes: full.rss - empty.rss, pauseMs: full.pauseMs };
}
