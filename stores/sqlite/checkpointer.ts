import { parentPort, workerData } from "node:worker_threads";
import BetterSqlite3 from "better-sqlite3";

const EVERY_MS = 250;

/**
 * Copies what was committed from the log into the database file, in a thread of its own: a commit would otherwise
 * do that now and then, and everybody would wait for it. It never blocks a writer; what it cannot get at is left
 * for the next time.
 */
const { file }: { file: string } = workerData;
const database = new BetterSqlite3(file, { timeout: 0 });

const timer = setInterval(() => {
  try {
    database.pragma("wal_checkpoint(PASSIVE)");
  } catch (error) {
    // A full disk is the commits' problem, and they tell it.
    if (!(error instanceof BetterSqlite3.SqliteError)) throw error;
  }
}, EVERY_MS);

// The one message there is: the end.
parentPort?.once("message", () => {
  clearInterval(timer);
  database.close();
});
