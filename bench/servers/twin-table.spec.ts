import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { openSqliteTwins, TwinRow } from "./twin-table.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, "twins.sqlite");
  await openSqliteTwins(file, ["gw-1", "gw-2"]);
});

afterAll(async () => {
  await TwinRow.sequelize?.close();
  await folder.remove();
});

describe("the hand-written way's table", () => {
  it("reads back what an update wrote", async () => {
    const row = await TwinRow.findByPk("gw-1", { rejectOnEmpty: true });
    await row.update({ state: { a: { b: 1 } }, version: row.version + 1 });
    const again = await TwinRow.findByPk("gw-1", { rejectOnEmpty: true });
    expect(again.state).toEqual({ a: { b: 1 } });
    expect(again.version).toBe(1);
    expect(await TwinRow.count()).toBe(2);
  });

  it("runs with a synced write-ahead log", async () => {
    const [rows] = (await TwinRow.sequelize?.query("PRAGMA synchronous")) ?? [];
    expect(rows).toEqual([{ synchronous: 2 }]);
    const other = new Sqlite(file, { readonly: true });
    expect(other.pragma("journal_mode", { simple: true })).toBe("wal");
    other.close();
  });
});
