import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };
const key = { ...required, primaryKey: true };
const time = { type: DataTypes.BIGINT, ...required };
const number = { type: DataTypes.BIGINT, ...required, defaultValue: 0 };

/** Profiles, what became of them at each gateway, how far the gateways were gone through, and whom to look at again. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("config_profiles", {
    config_profile_id: { type: DataTypes.STRING(63, true), ...key },
    display_name: { type: DataTypes.STRING(256), ...required },
    gateway_filter: { type: "LONGTEXT", ...required },
    priority: { type: DataTypes.INTEGER, ...required },
    desired: { type: "LONGTEXT", ...required },
    percent: { type: DataTypes.INTEGER, ...required },
    revision: number,
    create_time: time,
    update_time: time,
  });
  await context.createTable("config_profile_targets", {
    gateway_id: { type: DataTypes.STRING(128, true), ...key },
    profile_id: { type: DataTypes.STRING(63, true), ...key },
    revision: number,
    state: { type: DataTypes.STRING(8), ...required },
    sync: { type: DataTypes.STRING(8), ...required },
    twin_version: number,
  });
  // The metrics of a profile are counted in it alone.
  await context.addIndex("config_profile_targets", ["profile_id", "state", "sync", "revision"]);
  await context.createTable("config_profile_checks", {
    gateway_id: { type: DataTypes.STRING(128, true), ...key },
    mark: number,
  });
  await context.createTable("config_profile_sweep", {
    wanted: number,
    running: number,
    swept: number,
    position: { type: DataTypes.STRING(128, true), ...required },
    page_token: { type: DataTypes.STRING(2048), ...required },
  });
  await context.bulkInsert("config_profile_sweep", [
    { wanted: 0, running: 0, swept: 0, position: "", page_token: "" },
  ]);
}
