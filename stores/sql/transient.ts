import { BaseError, ConnectionError, DatabaseError, TimeoutError } from "sequelize";

/** Codes of drivers and servers for what passes: nothing is wrong with the statement. */
const PASSING = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ER_CON_COUNT_ERROR",
  "ER_DISK_FULL",
  "ER_LOCK_DEADLOCK",
  "ER_LOCK_WAIT_TIMEOUT",
  "ER_NEW_ABORTING_CONNECTION",
  "ER_OPTION_PREVENTS_STATEMENT",
  "ER_OUT_OF_RESOURCES",
  "ER_QUERY_INTERRUPTED",
  "ER_RECORD_FILE_FULL",
  "ER_SERVER_SHUTDOWN",
  "ER_TOO_MANY_USER_CONNECTIONS",
  "PROTOCOL_CONNECTION_LOST",
  "SQLITE_BUSY",
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_LOCKED",
]);

/** Is the database away or busy, so that the same statement may well succeed later? */
export function isTransientSqlError(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  if (error instanceof ConnectionError || error instanceof TimeoutError) return true;
  return error instanceof DatabaseError && isPassingCode("code" in error.parent ? error.parent.code : "");
}

/** The same by the code of the driver's error, for what comes from another node. */
export function isPassingCode(value: unknown): boolean {
  const code = typeof value === "string" ? value : "";
  // SQLite tells more in a third part: SQLITE_IOERR_WRITE.
  return PASSING.has(code) || PASSING.has(code.split("_").slice(0, 2).join("_"));
}
