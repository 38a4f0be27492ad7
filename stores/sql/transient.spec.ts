import { ConnectionRefusedError, DatabaseError, UniqueConstraintError } from "sequelize";
import { expect, test } from "vitest";
import { isTransientSqlError } from "./transient.ts";

const databaseError = (code: string) =>
  new DatabaseError(Object.assign(new Error(code), { code, sql: "SELECT 1" }));

test.each([
  "ER_LOCK_DEADLOCK",
  "PROTOCOL_CONNECTION_LOST",
  "ER_SERVER_SHUTDOWN",
  "SQLITE_IOERR_WRITE",
  "SQLITE_FULL",
])("%s passes", (code) => expect(isTransientSqlError(databaseError(code))).toBe(true));

test("a refused connection passes; wrong statements, constraints and our own faults do not", () => {
  expect(isTransientSqlError(new ConnectionRefusedError(new Error("ECONNREFUSED")))).toBe(true);
  expect(isTransientSqlError(databaseError("ER_PARSE_ERROR"))).toBe(false);
  expect(isTransientSqlError(new UniqueConstraintError({ message: "twice" }))).toBe(false);
  expect(isTransientSqlError(new TypeError("ours"))).toBe(false);
});
