import { DataTypes, type Model, type ModelStatic, type Sequelize } from "sequelize";
import type { Gateway } from "../../../actors/contracts/gateways.ts";

/** A row of the registry. */
export type GatewayRow = {
  readonly gatewayId: string;
  readonly displayName: string;
  readonly labels: Gateway["labels"];
  readonly passwordHash: string;
  /** Epoch milliseconds; grows with every change of the row. */
  readonly createTime: number;
  readonly updateTime: number;
  /** From now on it does not exist for anyone; what is left of it is being removed. */
  readonly deleting: boolean;
};

export function gatewayModel(sequelize: Sequelize): ModelStatic<Model<GatewayRow>> {
  return sequelize.define<Model<GatewayRow>>("Gateway", COLUMNS, {
    tableName: "gateways",
    timestamps: false,
  });
}

/** Some drivers give JSON columns as text and big integers as strings. */
export function rowOf(model: Model<GatewayRow>): GatewayRow {
  const row = model.get();
  const labels: Gateway["labels"] = typeof row.labels === "string" ? JSON.parse(row.labels) : row.labels;
  return {
    ...row,
    labels,
    createTime: Number(row.createTime),
    updateTime: Number(row.updateTime),
    deleting: Boolean(row.deleting),
  };
}

export function gatewayOf({ gatewayId, displayName, labels, createTime, updateTime }: GatewayRow): Gateway {
  return {
    gatewayId,
    displayName,
    labels,
    createTime: new Date(createTime).toISOString(),
    updateTime: new Date(updateTime).toISOString(),
  };
}

const COLUMNS = {
  gatewayId: { type: DataTypes.STRING(128), primaryKey: true, field: "gateway_id" },
  displayName: { type: DataTypes.STRING(256), field: "display_name" },
  labels: { type: DataTypes.JSON },
  passwordHash: { type: DataTypes.STRING(255), field: "password_hash" },
  createTime: { type: DataTypes.BIGINT, field: "create_time" },
  updateTime: { type: DataTypes.BIGINT, field: "update_time" },
  deleting: { type: DataTypes.BOOLEAN },
};
