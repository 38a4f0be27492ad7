import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { sha256Of } from "./files.ts";

export const MANIFEST = "manifest.json";

const Entry = Type.Object({
  path: Type.String(),
  size: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
});

const Manifest = Type.Object({
  format: Type.Literal(1),
  /** Of the product that made the backup. */
  version: Type.String(),
  /** The last migration of its schema. */
  schema: Type.String(),
  /** Of which moment the data is; RFC 3339. */
  time: Type.String(),
  files: Type.Array(Entry),
});

export type Manifest = Static<typeof Manifest>;
const validator = Compile(Manifest);

export async function entryOf(folder: string, path: string): Promise<Manifest["files"][number]> {
  const file = join(folder, path);
  return { path, size: (await stat(file)).size, sha256: await sha256Of(file) };
}

/** Throws one line when a folder does not hold exactly what its manifest says. `found`: the paths of its files. */
export async function checkedManifest(folder: string, found: readonly string[]): Promise<Manifest> {
  const manifest = await manifestOf(folder);
  const expected = new Set(manifest.files.map(({ path }) => path));
  const strange = found.find((path) => path !== MANIFEST && !expected.has(path));
  if (strange !== undefined) throw new Error(`it has a file that its manifest does not name: ${strange}`);
  for (const entry of manifest.files) {
    if (!found.includes(entry.path)) throw new Error(`it is damaged: ${entry.path} is missing`);
    const { sha256 } = await entryOf(folder, entry.path);
    if (sha256 !== entry.sha256) throw new Error(`it is damaged: ${entry.path} has another checksum`);
  }
  return manifest;
}

async function manifestOf(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), "utf8").catch(() => "null");
  const manifest: unknown = JSON.parse(text);
  if (!validator.Check(manifest)) throw new Error("it is not a backup that this version can read");
  return manifest;
}
