import { DataTypes, type Model, Op, type Sequelize, UniqueConstraintError } from "sequelize";
import type { ApiKey } from "../../../actors/contracts/access.ts";
import type { Role } from "../../../actors/contracts/action.ts";
import { prefixOf } from "./tokens.ts";

/** A row; times in epoch milliseconds. */
export type ApiKeyRow = {
  readonly keyId: string;
  readonly displayName: string;
  readonly role: Role;
  readonly tokenHash: string;
  readonly gatewayFilter: string;
  /** Null: never. */
  readonly expireTime: number | null;
  readonly lastUsedTime: number | null;
  readonly createTime: number;
  readonly updateTime: number;
};

/** The id of the key that ADMIN_TOKEN sets. */
export const BOOTSTRAP_KEY_ID = "bootstrap";

/** The table of API keys. */
export type ApiKeys = ReturnType<typeof apiKeys>;

export function apiKeys(sequelize: Sequelize) {
  const table = sequelize.define<Model<ApiKeyRow>>("ApiKey", COLUMNS, {
    tableName: "api_keys",
    timestamps: false,
  });
  return {
    async find(keyId: string): Promise<ApiKeyRow | undefined> {
      const row = await table.findByPk(keyId);
      return row ? rowOf(row) : undefined;
    },

    async put(key: ApiKeyRow): Promise<void> {
      await table.upsert(key);
    },

    /** False when there is one with this id. */
    async add(key: ApiKeyRow): Promise<boolean> {
      try {
        await table.create(key);
        return true;
      } catch (error) {
        if (error instanceof UniqueConstraintError) return false;
        throw error;
      }
    },

    async change(keyId: string, change: Partial<ApiKeyRow>): Promise<void> {
      await table.update(change, { where: { keyId } });
    },

    /** Of several nodes that have seen it used, one writes. */
    async used(keyId: string, now: number, before: number): Promise<void> {
      const unknown = { [Op.or]: [{ [Op.is]: null }, { [Op.lte]: before }] };
      await table.update({ lastUsedTime: now }, { where: { keyId, lastUsedTime: unknown } });
    },

    /** False when there was none. */
    async remove(keyId: string): Promise<boolean> {
      return (await table.destroy({ where: { keyId } })) > 0;
    },

    /** By id, the first beyond this one. */
    async after(keyId: string | undefined, limit: number, descending: boolean): Promise<ApiKeyRow[]> {
      const beyond = { [descending ? Op.lt : Op.gt]: keyId };
      const where = keyId === undefined ? {} : { keyId: beyond };
      const order: [[string, string]] = [["keyId", descending ? "DESC" : "ASC"]];
      return (await table.findAll({ where, order, limit })).map(rowOf);
    },
  };
}

/** Without what nobody shall see. */
export function apiKeyOf({ tokenHash: _, ...row }: ApiKeyRow): ApiKey {
  const { keyId, expireTime, lastUsedTime, createTime, updateTime } = row;
  return {
    ...row,
    prefix: keyId === BOOTSTRAP_KEY_ID ? "" : prefixOf("gtk", keyId),
    expireTime: timeOf(expireTime),
    lastUsedTime: timeOf(lastUsedTime),
    createTime: new Date(createTime).toISOString(),
    updateTime: new Date(updateTime).toISOString(),
  };
}

function timeOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** Some drivers give big integers as strings. */
function rowOf(model: Model<ApiKeyRow>): ApiKeyRow {
  const row = model.get();
  return {
    ...row,
    expireTime: row.expireTime === null ? null : Number(row.expireTime),
    lastUsedTime: row.lastUsedTime === null ? null : Number(row.lastUsedTime),
    createTime: Number(row.createTime),
    updateTime: Number(row.updateTime),
  };
}

const COLUMNS = {
  keyId: { type: DataTypes.STRING(64), primaryKey: true, field: "key_id" },
  displayName: { type: DataTypes.STRING(256), field: "display_name" },
  role: { type: DataTypes.STRING(32) },
  tokenHash: { type: DataTypes.STRING(255), field: "token_hash" },
  gatewayFilter: { type: DataTypes.STRING(1024), field: "gateway_filter" },
  expireTime: { type: DataTypes.BIGINT, field: "expire_time" },
  lastUsedTime: { type: DataTypes.BIGINT, field: "last_used_time" },
  createTime: { type: DataTypes.BIGINT, field: "create_time" },
  updateTime: { type: DataTypes.BIGINT, field: "update_time" },
};
