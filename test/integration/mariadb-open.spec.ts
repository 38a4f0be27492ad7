import type { Sequelize } from "sequelize";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DatabaseUnreachableError, openDatabase } from "../../stores/database.ts";
import { MIGRATIONS } from "../../stores/migrations/migrations.ts";
import { addressOf, connectMysql } from "../../stores/mysql/connect.ts";
import { freshDatabase } from "../helpers/servers.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let opened: Sequelize[];

beforeEach(async () => {
  database = await freshDatabase();
  opened = [];
});

afterEach(async () => {
  for (const sequelize of opened) await sequelize.close();
  await database.drop();
});

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

it("many nodes that start at the same time make the schema once", async () => {
  const starts = await Promise.allSettled(Array.from({ length: 4 }, () => openDatabase(database.url)));
  opened = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  expect(starts.flatMap((start) => (start.status === "rejected" ? [String(start.reason)] : []))).toEqual([]);
  const [names] = (await opened[0]?.query("SELECT name FROM migrations ORDER BY name")) ?? [];
  expect(names).toEqual(MIGRATIONS.map(({ name }) => ({ name })));
});

it("all tables are InnoDB, and tell texts apart byte by byte", async () => {
  const sequelize = await openDatabase(database.url);
  opened.push(sequelize);
  const [tables] = await sequelize.query(
    `SELECT DISTINCT engine, table_collation AS collation FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name <> 'migrations'`,
  );
  expect(tables).toEqual([{ engine: "InnoDB", collation: "utf8mb4_bin" }]);
});

it("a server that is away, or does not let us in, is named without the password", async () => {
  const away = changed((url) => {
    url.port = "1";
    url.password = "top-secret";
  });
  const error = await openDatabase(away).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatabaseUnreachableError);
  expect(String(error)).toMatch(/the database 'test_\w+' at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/);
  expect(String(error)).not.toContain("top-secret");
  const unknown = changed((url) => {
    url.password = "top-secret";
  });
  const refusal = await openDatabase(unknown).catch((reason: unknown) => reason);
  expect(refusal).not.toBeInstanceOf(DatabaseUnreachableError);
  expect(String(refusal)).toMatch(/Access denied/);
  expect(String(refusal)).not.toContain("top-secret");
});

it.each(["mysql://", "mysql://host", "mysql://host:1/", "mysql://host/db?ssl=1"])(
  "'%s' is no address",
  async (url) => {
    await expect(openDatabase(url)).rejects.toThrow("mysql://user:password@host:port/database");
  },
);

it("a server that falls silent does not hold statements up for ever", async () => {
  const sequelize = connectMysql(addressOf(database.url), 200);
  opened.push(sequelize);
  await expect(sequelize.query("SELECT SLEEP(20)")).rejects.toThrow("the database did not answer for 200 ms");
  expect((await sequelize.query("SELECT 1 AS one"))[0]).toEqual([{ one: 1 }]);
});
