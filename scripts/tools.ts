import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's package for each command that we run. */
const PACKAGES = {
  curl: "curl",
  mosquitto: "mosquitto",
  mosquitto_passwd: "mosquitto",
  mosquitto_pub: "mosquitto-clients",
  mosquitto_sub: "mosquitto-clients",
  "nats-server": "nats-server",
  mariadbd: "mariadb-server-core",
  "mariadb-install-db": "mariadb-server-core",
  my_print_defaults: "mariadb-client-core",
  "redis-server": "redis-server",
  openssl: "openssl",
  prometheus: "prometheus",
  promtool: "prometheus",
};

export type Command = keyof typeof PACKAGES;

/** What `scripts/servers` runs. MariaDB's packages without the service: it only needs the programs. */
export const SERVER_COMMANDS: readonly Command[] = [
  "nats-server",
  "mariadbd",
  "mariadb-install-db",
  "my_print_defaults",
  "redis-server",
  "mosquitto",
  "mosquitto_passwd",
];

/**
 * apt-get must not start the services of what it installs: Debian asks this file, and 101 means no. Where there
 * is one already it stays as it is. In a shell, whose trap removes the file after a Ctrl-C as well.
 */
const INSTALL = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' >"$policy" && chmod 755 "$policy" || exit
fi
apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"`;

/** Servers' programs are not on everybody's PATH. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/bin"];

/** Installs the commands that are missing with apt where that is possible; else says what to install. */
export function ensureTools(commands: readonly Command[]): void {
  const missing = commands.filter((command) => pathOf(command) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((command) => PACKAGES[command]))];
  if (process.getuid?.() !== 0 || pathOf("apt-get") === undefined) {
    console.error(howToInstall(missing));
    process.exit(1);
  }
  console.log(`installing ${packages.join(" ")} with apt-get ...`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status } = spawnSync("sh", ["-c", INSTALL, "sh", ...packages], {
    stdio: "inherit",
    env: environment,
  });
  if (status !== 0) process.exit(1);
}

/** The command's whole path. Throws when it is not installed, with what to do. */
export function findCommand(command: Command): string {
  const path = pathOf(command);
  if (path === undefined) throw new Error(howToInstall([command]));
  return path;
}

function howToInstall(missing: readonly Command[]): string {
  const packages = [...new Set(missing.map((command) => PACKAGES[command]))].join(" ");
  return (
    `these commands are missing: ${missing.join(" ")} (on Debian: apt-get install ${packages}; or start servers ` +
    "with `docker compose up -d nats mariadb redis mosquitto` and set NATS_URL, DATABASE_URL, REDIS_URL and MQTT_BROKER_URL)"
  );
}

function pathOf(command: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
}
