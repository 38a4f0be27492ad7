import type BetterSqlite3 from "better-sqlite3";
import { startApplication } from "../../application/application.ts";
import { parseEnvironment } from "../../env.ts";
import { freePort } from "../servers/free-port.ts";
import { openFile } from "./folder.ts";
import { waitFor } from "./wait.ts";

const HOST = "127.0.0.1";
const SETTLE_MS = 60_000;
const MAX_TRIES = 5;

/**
 * Brings an installation that is stopped to where nothing is on its way any more: every change is in a document, and
 * every consumer has had it. The product does that by itself when it runs, here without its edges. Throws one line when
 * it cannot be done.
 */
export async function settle(dataDir: string): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    await runUntilSettled(dataDir);
    const database = openFile(dataDir);
    try {
      // A timer may have fired in the last moment.
      if (unsettled(database) === undefined) return;
    } finally {
      database.close();
    }
  }
  throw new Error(`the data does not come to rest: ${unsettledIn(dataDir)}`);
}

/** What is still on its way; undefined when nothing is. */
export function unsettled(database: BetterSqlite3.Database): string | undefined {
  const found = (sql: string) => database.prepare(sql).get() !== undefined;
  const finished = "MIN(p.snapshot_pos, p.published_pos)";
  const join = "commits c JOIN partitions p ON c.type = p.type AND c.`partition` = p.`partition`";
  if (found(`SELECT 1 FROM ${join} WHERE c.pos > ${finished} LIMIT 1`))
    return "changes of actors that no snapshot has, or not every consumer";
  if (found("SELECT 1 FROM partitions WHERE snapshot_pos <> published_pos LIMIT 1"))
    return "partitions whose snapshots and consumers are not equally far";
  if (found("SELECT 1 FROM gateway_events LIMIT 1")) return "events of the registry that are not published";
  return undefined;
}

async function runUntilSettled(dataDir: string): Promise<void> {
  const fatal = Promise.withResolvers<never>();
  const application = await startApplication(await environmentOf(dataDir), (reason) =>
    fatal.reject(new Error(reason)),
  );
  const database = openFile(dataDir);
  try {
    await Promise.race([waitFor(() => unsettled(database) === undefined, SETTLE_MS), fatal.promise]);
  } finally {
    database.close();
    await application.stop();
  }
}

/** All that works on the data, and nothing that talks to gateways or people. */
async function environmentOf(dataDir: string) {
  return parseEnvironment({
    DATA_DIR: dataDir,
    ROLES: "core,admin,job",
    MQTT_PORT: "",
    HTTP_HOST: HOST,
    HTTP_PORT: String(await freePort(HOST)),
    LOG_LEVEL: "error",
  });
}

function unsettledIn(dataDir: string): string {
  const database = openFile(dataDir);
  try {
    return unsettled(database) ?? "something was still written when it stopped";
  } finally {
    database.close();
  }
}
