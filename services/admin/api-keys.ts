import { DataTypes, type Model, type Sequelize, UniqueConstraintError } from "sequelize";
import type { Role } from "../../actors/contracts/action.ts";

export type ApiKey = {
  readonly keyId: string;
  readonly displayName: string;
  readonly role: Role;
  readonly tokenHash: string;
  readonly createTime: number;
};

/** The table of API keys. */
export type ApiKeys = {
  all(): Promise<ApiKey[]>;
  find(keyId: string): Promise<ApiKey | undefined>;
  put(key: ApiKey): Promise<void>;
  /** False when there is one with this id. */
  add(key: ApiKey): Promise<boolean>;
};

export function apiKeys(sequelize: Sequelize): ApiKeys {
  const table = sequelize.define<Model<ApiKey>>("ApiKey", COLUMNS, {
    tableName: "api_keys",
    timestamps: false,
  });
  const keyOf = (row: Model<ApiKey>): ApiKey => row.get();
  return {
    all: async () => (await table.findAll()).map(keyOf),
    async find(keyId) {
      const row = await table.findByPk(keyId);
      return row ? keyOf(row) : undefined;
    },
    async put(key) {
      await table.upsert(key);
    },
    async add(key) {
      try {
        await table.create(key);
        return true;
      } catch (error) {
        if (error instanceof UniqueConstraintError) return false;
        throw error;
      }
    },
  };
}

const COLUMNS = {
  keyId: { type: DataTypes.STRING(64), primaryKey: true, field: "key_id" },
  displayName: { type: DataTypes.STRING(256), field: "display_name" },
  role: { type: DataTypes.STRING(32) },
  tokenHash: { type: DataTypes.STRING(255), field: "token_hash" },
  createTime: { type: DataTypes.BIGINT, field: "create_time" },
};
