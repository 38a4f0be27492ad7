import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url).pathname;

type Import = { readonly from: string; readonly to: string; readonly typesOnly: boolean };

/** `contracts <- actors <- mixins, stores <- services <- application, the root files`: what each may import from. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  contracts: ["contracts"],
  actors: ["contracts", "actors"],
  mixins: ["contracts", "actors", "mixins"],
  stores: ["contracts", "actors", "stores"],
  services: ["contracts", "actors", "mixins", "stores", "services"],
  application: ["contracts", "actors", "mixins", "stores", "services", "application", "root"],
  root: ["contracts", "actors", "mixins", "stores", "services", "application", "root"],
};

/** No Moleculer, no driver, no file, socket, process or thread. */
const PACKAGES_OF_ACTORS = [
  "canonicalize",
  "heap-js",
  "lru-cache",
  "node:buffer",
  "node:crypto",
  "node:util",
  "typebox",
];
const PACKAGES_OF_RUNTIME = ["node:timers/promises", "node:perf_hooks"];

const files = globSync(["*.ts", "{actors,mixins,stores,services,application}/**/*.ts"], { cwd: ROOT })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !/\.spec\.ts$|^vitest\.config\.ts$/.test(path))
  .sort();

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/g;

function importsOf(path: string): Import[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  return [...text.matchAll(IMPORT)].map(([, type, fixed, dynamic]) => {
    const target = fixed ?? dynamic ?? "";
    const to = target.startsWith(".") ? normalize(join(dirname(path), target)) : target;
    return { from: path, to, typesOnly: type !== undefined };
  });
}

const isLocal = ({ to }: Import) => to.endsWith(".ts");

function layerOf(path: string): string {
  if (path.startsWith("actors/contracts/")) return "contracts";
  return path.includes("/") ? (path.split("/")[0] ?? "") : "root";
}

const all = files.flatMap(importsOf);
const local = all.filter(isLocal);
const show = (found: readonly Import[]) => found.map(({ from, to }) => `${from} -> ${to}`);

test("the imports are found", () => {
  expect(files.length).toBeGreaterThan(60);
  expect(local.length).toBeGreaterThan(100);
  expect(show(local)).toContain("mixins/bridge.ts -> actors/contracts/contract.ts");
  expect(show(all)).toContain("stores/sqlite/worker.ts -> better-sqlite3");
  const missing = local.filter(({ to }) => !files.includes(to));
  expect(show(missing.filter(({ to }) => !/^(test|simulator|bench|scripts)\//.test(to)))).toEqual([]);
});

test("nothing is imported against the direction", () => {
  const wrong = local.filter(({ from, to }) => !MAY_IMPORT[layerOf(from)]?.includes(layerOf(to)));
  expect(show(wrong.filter((one) => !isTypesOfActors(one)))).toEqual([]);
});

/** The contract of the actions names what actors take and answer: types, which are gone when the code runs. */
function isTypesOfActors({ from, to, typesOnly }: Import): boolean {
  const known = ["actors/runtime/actor.ts", "actors/runtime/ask.ts"];
  const isKnown = known.includes(to) || /^actors\/[a-z-]+\/contract\.ts$/.test(to);
  return from.startsWith("actors/contracts/") && typesOnly && isKnown;
}

test("nothing of the product imports tests, the simulator, benchmarks or scripts", () => {
  expect(show(local.filter(({ to }) => /^(test|simulator|bench|scripts)\/|\.spec\.ts$/.test(to)))).toEqual(
    [],
  );
});

/** `services/core/twins`; files that lie directly in a role's folder, or below it beside no service, are one group. */
function groupOf(path: string): string {
  const [root = "", role = "", folder = ""] = path.split("/");
  const own = `${root}/${role}/${folder}/`;
  const isService = files.some((file) => file.startsWith(own) && file.endsWith(".service.ts"));
  return isService ? own : `${root}/${role}`;
}

/** No services: how messages come from an edge to the twins, signals to presence, and answers to commands. */
const SHARED_BY_EDGES = ["services/edge/ingest/", "services/edge/signals/", "services/edge/answers/"];

test("services do not import services: neither another one's folder nor another one's schema", () => {
  const between = local.filter(({ from, to }) => from.startsWith("services/") && to.startsWith("services/"));
  const isFree = ({ from, to }: Import) =>
    to === "services/roles.ts" ||
    (from.startsWith("services/edge/") && SHARED_BY_EDGES.some((folder) => to.startsWith(folder)));
  const free = between.filter((one) => !isFree(one));
  expect(show(free.filter(({ from, to }) => groupOf(from) !== groupOf(to)))).toEqual([]);
  expect(show(free.filter(({ to }) => to.endsWith(".service.ts")))).toEqual([]);
});

test("actors import no Moleculer, no driver, nothing that reaches outside", () => {
  const packages = all.filter((one) => one.from.startsWith("actors/") && !isLocal(one));
  const allowed = ({ from, to }: Import) => {
    const name = to.startsWith("node:") ? to : (to.split("/")[0] ?? "");
    return (
      PACKAGES_OF_ACTORS.includes(name) ||
      (from.startsWith("actors/runtime/") && PACKAGES_OF_RUNTIME.includes(name))
    );
  };
  expect(show(packages.filter((one) => !allowed(one)))).toEqual([]);
});

test("actors have no clock, no chance and no environment: these come in with the message", () => {
  const outside =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\bprocess\.|\brandomUUID\b|\bconsole\./;
  const found = files.filter(
    (path) => path.startsWith("actors/") && outside.test(readFileSync(join(ROOT, path), "utf8")),
  );
  expect(found).toEqual([]);
});

test("the root files alone know the drivers' addresses: nothing else reads the environment", () => {
  const found = files.filter(
    (path) => path.includes("/") && /\bprocess\.env\b/.test(readFileSync(join(ROOT, path), "utf8")),
  );
  expect(found).toEqual([]);
});
