// Runs in CI, on whatever Node the machine has: plain JavaScript, no dependency.
// Fails when a locked package that we run has a known vulnerability that is high or critical. A registry that cannot
// be asked is no such finding: it is said, and the build goes on.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const TIMEOUT_MS = 60_000;
const OPTIONS = ["--omit=dev", "--audit-level=high", "--package-lock-only", "--json", "--fetch-retries=1"];

function report() {
  const { stdout } = spawnSync("npm", ["audit", ...OPTIONS], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    return JSON.parse(stdout);
  } catch {
    return { message: "npm gave no report" };
  }
}

function isSerious({ severity }) {
  return severity === "high" || severity === "critical";
}

const { vulnerabilities, message, error } = report();
if (!vulnerabilities) {
  const reason = message ?? error?.summary ?? "no reason was given";
  console.log(`audit: NOT DONE, the registry could not be asked: ${String(reason).split("\n")[0]}`);
} else {
  const serious = Object.values(vulnerabilities).filter(isSerious);
  for (const { name, severity, range } of serious) console.error(`audit: ${name} ${range}: ${severity}`);
  console.log(`audit: ${serious.length} packages with vulnerabilities that are high or critical`);
  if (serious.length > 0) process.exit(1);
}
