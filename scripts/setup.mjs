// Runs before `npm start` and `npm test`, on whatever Node the machine has: plain JavaScript, no dependency.
// Installs the locked packages (which bring Node 24 with them) when they are missing or out of date.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}node_modules/.setup-stamp`;
const lockHash = createHash("sha256")
  .update(readFileSync(`${root}package-lock.json`))
  .digest("hex");

function installed() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash;
}

function install() {
  // `npm ci` empties the folder behind the link, which is somebody else's.
  if (existsSync(`${root}node_modules`) && lstatSync(`${root}node_modules`).isSymbolicLink()) {
    console.error("setup: node_modules is a link; remove it, or install in the folder it names.");
    process.exit(1);
  }
  console.log("setup: installing the locked packages with `npm ci` (about half a minute, once) ...");
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ["npm", []];
  const run = spawnSync(
    command,
    [...first, "ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
  if (run.status !== 0) {
    console.error("setup: `npm ci` failed; see its message above, then run the command again.");
    process.exit(1);
  }
  writeFileSync(stamp, lockHash);
}

function checkNode() {
  const node = `${root}node_modules/.bin/node`;
  const version = existsSync(node)
    ? spawnSync(node, ["-v"], { encoding: "utf8" }).stdout.trim()
    : process.version;
  if (Number(version.slice(1).split(".")[0]) >= 24) return;
  console.error(
    `setup: Node 24 or later is needed, found ${version}. The package brings its own on Linux x64 and arm64 ` +
      "(do not use --omit=optional); on other systems install Node 24.",
  );
  process.exit(1);
}

if (!installed()) install();
checkNode();
