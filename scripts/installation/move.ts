import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type BetterSqlite3 from "better-sqlite3";
import { partitionCountOf } from "../../application/actors.ts";
import { parseEnvironment } from "../../env.ts";
import { SqlBlobStore } from "../../stores/sql/blob-store.ts";
import { ARTIFACTS, openFile, readyArtifacts, requireUnused } from "./folder.ts";
import { printer } from "./progress.ts";
import { settle, unsettled } from "./settle.ts";
import { lastNumbers, sourceTables } from "./source.ts";
import { Target } from "./target.ts";

type MoveOptions = {
  readonly dataDir: string;
  /** `mysql://user:password@host:port/database` */
  readonly to: string;
  readonly print: (line: string) => void;
};

/**
 * Copies a stopped installation from its SQLite file and folder into an empty MySQL or MariaDB database. The source
 * stays as it is. All or nothing: until everything is there and checked, no node starts on the target, and the next
 * try begins anew.
 */
export async function move({ dataDir, to, print }: MoveOptions): Promise<void> {
  requireStopped(dataDir);
  const target = await Target.open(to);
  try {
    print("bringing what is on its way to its end ...");
    await settle(dataDir);
    await locked(dataDir, async (source) => {
      await copyTables(source, target, to, print);
      await copyArtifacts(source, dataDir, target, print);
    });
    await target.finish();
    print(`all of ${dataDir} is in the database now; start nodes with DATABASE_URL, and ${dataDir} no more`);
  } finally {
    await target.close();
  }
}

function requireStopped(dataDir: string): void {
  const database = openFile(dataDir);
  try {
    requireUnused(database);
  } finally {
    database.close();
  }
}

/** Nobody can write to the source while `work` reads it. */
async function locked(
  dataDir: string,
  work: (source: BetterSqlite3.Database) => Promise<void>,
): Promise<void> {
  const source = openFile(dataDir);
  try {
    source.exec("BEGIN IMMEDIATE");
    requireUnused(source);
    const problem = unsettled(source);
    if (problem !== undefined) throw new Error(`somebody has used the data meanwhile: there are ${problem}`);
    await work(source);
    source.exec("ROLLBACK");
  } finally {
    source.close();
  }
}

async function copyTables(
  source: BetterSqlite3.Database,
  target: Target,
  to: string,
  print: (line: string) => void,
): Promise<void> {
  const progress = printer(print);
  const counts = { from: partitionsWith(""), to: partitionsWith(to) };
  for (const table of sourceTables(source, counts)) {
    const written = await target.fill(table, (share) => progress(table.name, share));
    const found = await target.tally(table);
    if (found.rows !== table.count || found.checksum !== written.checksum)
      throw new Error(
        `the table ${table.name} has other content in the target: ${found.rows} rows with checksum ` +
          `${found.checksum}, not ${table.count} with ${written.checksum}`,
      );
  }
  for (const { name, seq } of lastNumbers(source)) await target.continueAfter(name, seq);
}

function partitionsWith(databaseUrl: string): number {
  return partitionCountOf({ env: parseEnvironment({ DATABASE_URL: databaseUrl }) });
}

async function copyArtifacts(
  source: BetterSqlite3.Database,
  dataDir: string,
  target: Target,
  print: (line: string) => void,
): Promise<void> {
  const progress = printer(print);
  const blobs = new SqlBlobStore(target.sequelize);
  const artifacts = readyArtifacts(source);
  for (const [index, { id, size, sha256 }] of artifacts.entries()) {
    await blobs.write(id, createReadStream(join(dataDir, ARTIFACTS, id)));
    const hash = createHash("sha256");
    for await (const bytes of blobs.read(id, 0, size)) hash.update(bytes);
    if (hash.digest("hex") !== sha256) throw new Error(`the content of artifact ${id} has another checksum`);
    progress("artifacts", (index + 1) / artifacts.length);
  }
}
