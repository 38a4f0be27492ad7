import { DataTypes } from "sequelize";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markUnusable } from "../../stores/migrations/compat.ts";
import { migrate, migrateAlone } from "../../stores/migrations/migrate.ts";
import { MIGRATIONS, type Migration } from "../../stores/migrations/migrations.ts";
import { addressOf, connectMysql } from "../../stores/mysql/connect.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";
import { freshDatabase } from "../helpers/servers.ts";

/** What a later version might bring: it adds, and then takes away. */
const EXPAND: Migration = {
  name: "9001-expand",
  up: ({ context }) => context.addColumn("gateways", "note", { type: DataTypes.TEXT, allowNull: true }),
};
const CONTRACT: Migration = {
  name: "9002-contract",
  oldestVersion: "1.10.0",
  up: ({ context }) => context.removeColumn("gateways", "note"),
};

describe.each(DATABASES)("the schema on %s", (_driver, open) => {
  let database: OpenedDatabase;

  beforeEach(async () => {
    database = await open();
  });

  afterEach(() => database.close());

  it("of a later version is no reason for a node not to start", async () => {
    await migrate(database.sequelize, [...MIGRATIONS, EXPAND], "1.10.0");
    await migrate(database.sequelize, MIGRATIONS, "1.9.0");
    const columns = await database.sequelize.getQueryInterface().describeTable("gateways");
    expect(columns).toHaveProperty("note");
  });

  it("refuses in one line a version that would miss what was taken away, and no other", async () => {
    await migrate(database.sequelize, [...MIGRATIONS, EXPAND, CONTRACT], "1.11.0");
    await expect(migrate(database.sequelize, MIGRATIONS, "1.9.4")).rejects.toThrow(
      /^its schema needs version 1\.10\.0 or later, and this is 1\.9\.4; start a later version/,
    );
    await migrate(database.sequelize, [...MIGRATIONS, EXPAND], "1.10.0");
  });

  it("refuses older versions from before the moment that something is taken away", async () => {
    const breaksOff = { ...CONTRACT, up: () => Promise.reject(new Error("the server went away")) };
    await expect(migrate(database.sequelize, [...MIGRATIONS, EXPAND, breaksOff], "1.11.0")).rejects.toThrow(
      "the server went away",
    );
    await expect(migrate(database.sequelize, MIGRATIONS, "1.9.4")).rejects.toThrow("1.10.0 or later");
  });

  it("lets nobody start while it is not whole", async () => {
    const context = database.sequelize.getQueryInterface();
    await markUnusable(context, "a move into it has not finished");
    await expect(migrate(database.sequelize)).rejects.toThrow("a move into it has not finished");
    await markUnusable(context, null);
    await migrate(database.sequelize);
  });
});

it("a migration is run once by nodes that start together, and the others wait for it", async () => {
  const { url, drop } = await freshDatabase();
  const connections = Array.from({ length: 3 }, () => connectMysql(addressOf(url)));
  let [runs, running, together] = [0, 0, 0];
  const slow: Migration = {
    name: "9003-slow",
    up: async ({ context }) => {
      runs += 1;
      running += 1;
      together = Math.max(together, running);
      await context.sequelize.query("SELECT SLEEP(0.3)");
      running -= 1;
    },
  };
  try {
    await Promise.all(connections.map((one) => migrateAlone(one, [...MIGRATIONS, slow])));
    expect({ runs, together }).toEqual({ runs: 1, together: 1 });
  } finally {
    for (const one of connections) await one.close();
    await drop();
  }
});
