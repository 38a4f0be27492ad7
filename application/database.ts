import { mkdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Sequelize } from "sequelize";
import type { Log } from "../actors/runtime/ports.ts";
import type { Environment } from "../env.ts";
import { DatabaseUnreachableError, openDatabase } from "../stores/database.ts";

/** A server that is started together with this node may need so long. */
const WAIT_MS = 30_000;
const RETRY_MS = 1000;

/** The database of DATABASE_URL, else the file in DATA_DIR. */
export async function database(env: Environment, log: Log): Promise<Sequelize> {
  return env.DATABASE_URL ? untilOpen(env.DATABASE_URL, log) : openFile(env.DATA_DIR);
}

async function openFile(dataDir: string): Promise<Sequelize> {
  try {
    mkdirSync(dataDir, { recursive: true });
    return await openDatabase(dataDir);
  } catch (error) {
    throw new Error(`DATA_DIR: '${dataDir}' cannot be used: ${messageOf(error)}`);
  }
}

async function untilOpen(url: string, log: Log): Promise<Sequelize> {
  const deadline = performance.now() + WAIT_MS;
  for (let told = false; ; told = true) {
    try {
      return await openDatabase(url);
    } catch (error) {
      const isOver = performance.now() > deadline || !(error instanceof DatabaseUnreachableError);
      if (isOver) throw new Error(`DATABASE_URL: ${messageOf(error)}`);
      if (!told) log.warn("the database cannot be used yet; trying again", { error });
      await delay(RETRY_MS);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
