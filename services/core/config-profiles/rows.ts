import { DataTypes, type Model, type ModelStatic, type Sequelize } from "sequelize";
import type { ConfigProfile } from "../../../actors/contracts/config-profiles.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";

/** A row of the registry of profiles. */
export type ProfileRow = Omit<ConfigProfile, "desired" | "metrics" | "createTime" | "updateTime"> & {
  /** JSON. */
  readonly desired: string;
  /** Epoch milliseconds. */
  readonly createTime: number;
  readonly updateTime: number;
};

export function profileModel(sequelize: Sequelize): ModelStatic<Model<ProfileRow>> {
  return sequelize.define<Model<ProfileRow>>("ConfigProfile", COLUMNS, {
    tableName: "config_profiles",
    timestamps: false,
  });
}

/** Some drivers give big integers as strings. */
export function rowOf(model: Model<ProfileRow>): ProfileRow {
  const row = model.get();
  return {
    ...row,
    revision: Number(row.revision),
    createTime: Number(row.createTime),
    updateTime: Number(row.updateTime),
  };
}

export function desiredOf({ desired }: Pick<ProfileRow, "desired">): JsonObject {
  return JSON.parse(desired);
}

export function profileOf(row: ProfileRow, metrics: ConfigProfile["metrics"]): ConfigProfile {
  return {
    ...row,
    desired: desiredOf(row),
    metrics,
    createTime: new Date(row.createTime).toISOString(),
    updateTime: new Date(row.updateTime).toISOString(),
  };
}

const COLUMNS = {
  configProfileId: { type: DataTypes.STRING(63), primaryKey: true, field: "config_profile_id" },
  displayName: { type: DataTypes.STRING(256), field: "display_name" },
  gatewayFilter: { type: DataTypes.TEXT, field: "gateway_filter" },
  priority: { type: DataTypes.INTEGER },
  desired: { type: DataTypes.TEXT },
  percent: { type: DataTypes.INTEGER },
  revision: { type: DataTypes.BIGINT },
  createTime: { type: DataTypes.BIGINT, field: "create_time" },
  updateTime: { type: DataTypes.BIGINT, field: "update_time" },
};
