import { once } from "node:events";
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase } from "../../stores/database.ts";
import { temporaryDirectory } from "../helpers/actor-harness.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(() => directory.remove());

it("a database closes although its checkpointer could not begin and is gone", async () => {
  // With its tables in place, the database opens before the checkpointer's thread has begun.
  await (await openDatabase(directory.path)).close();
  const sequelize = await openDatabase(directory.path);
  const warned = once(process, "warning");
  // The checkpointer opens the file a little later than the database, and does not find it.
  await rm(directory.path, { recursive: true });
  expect(String(await warned)).toContain("no checkpoints beside the commits");
  for (let turns = 0; turns < 50; turns += 1) await sequelize.query("SELECT 1");
  await expect(sequelize.close()).resolves.toBeUndefined();
});

it("a file can be opened and closed again and again", async () => {
  for (let round = 0; round < 5; round += 1) {
    const sequelize = await openDatabase(directory.path);
    expect(await sequelize.query("SELECT count(*) AS n FROM partitions")).toMatchObject([[{ n: 0 }], {}]);
    await sequelize.close();
  }
});
