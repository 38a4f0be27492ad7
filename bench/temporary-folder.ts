import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const open = new Set<string>();

process.once("exit", () => {
  for (const path of open) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
});

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "gateway-twin-bench-"));
  open.add(path);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
