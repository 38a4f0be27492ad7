import { spawnSync } from "node:child_process";
import { ensureTools, SERVER_COMMANDS } from "./tools.ts";

/** `npm test`: every check in turn; the first that fails ends it. Arguments go to vitest. */
const CHECKS: readonly (readonly [string, ...string[]])[] = [
  ["biome", "check", "."],
  ["tsc", "--noEmit"],
  ["knip"],
  ["vitest", "run", ...process.argv.slice(2)],
];

ensureTools([
  "curl",
  "openssl",
  "mosquitto_pub",
  "mosquitto_sub",
  "prometheus",
  "promtool",
  ...SERVER_COMMANDS,
]);
for (const [command, ...args] of CHECKS) {
  console.log(`\n> ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
