import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Debian's package for each command that tests run as a user would. */
const PACKAGES: Readonly<Record<string, string>> = {
  curl: "curl",
  mosquitto_pub: "mosquitto-clients",
  mosquitto_sub: "mosquitto-clients",
};

/** Installs the commands that are missing with apt where that is possible; else says what to install. */
export function ensureTools(commands: readonly string[]): void {
  const packages = [
    ...new Set(commands.filter((command) => !isOnPath(command)).map((command) => PACKAGES[command])),
  ];
  if (packages.length === 0) return;
  const names = packages.join(" ");
  if (process.getuid?.() !== 0 || !isOnPath("apt-get")) {
    console.error(`test: these packages are needed: ${names} (on Debian: apt-get install ${names})`);
    process.exit(1);
  }
  console.log(`test: installing ${names} with apt-get ...`);
  if (!apt("update") || !apt("install", "-y", "--no-install-recommends", ...names.split(" ")))
    process.exit(1);
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? "").split(":").some((directory) => existsSync(`${directory}/${command}`));
}

function apt(...args: string[]): boolean {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", ["-qq", ...args], { stdio: "inherit", env: environment }).status === 0;
}
