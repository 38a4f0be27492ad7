import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Of kustomize: older ones know no components, and no resources that are folders. */
const OLDEST_MAJOR = 4;

/** What `kubectl kustomize` writes of a folder. Throws when it fails, or says anything beside. */
export function render(folder: string): string {
  requireKubectl();
  const run = spawnSync("kubectl", ["kustomize", folder], { cwd: ROOT, encoding: "utf8", timeout: 60_000 });
  if (run.status === 0 && run.stderr === "") return run.stdout;
  throw new Error(`kubectl kustomize ${folder}: ${run.error?.message ?? run.stderr}`);
}

function requireKubectl(): void {
  const { status, stdout } = spawnSync("kubectl", ["version", "--client", "--output=json"], {
    encoding: "utf8",
  });
  const { kustomizeVersion = "v0" }: { kustomizeVersion?: string } = status === 0 ? JSON.parse(stdout) : {};
  const major = Number(/^v(\d+)/.exec(kustomizeVersion)?.[1] ?? 0);
  if (major < OLDEST_MAJOR)
    throw new Error("these tests need kubectl 1.24 or later (Debian 12's is too old); no cluster is asked");
}
