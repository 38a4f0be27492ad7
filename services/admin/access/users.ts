import { DataTypes, type Model, Op, type Sequelize, UniqueConstraintError } from "sequelize";
import type { User } from "../../../actors/contracts/access.ts";

/** A row; times in epoch milliseconds. */
export type UserRow = Omit<User, "createTime" | "updateTime"> & {
  readonly passwordHash: string;
  /** Sessions of another one have ended. */
  readonly generation: number;
  readonly createTime: number;
  /** Grows with every change of the row. */
  readonly updateTime: number;
};

/** The table of users. */
export type Users = ReturnType<typeof userTable>;

export function userTable(sequelize: Sequelize) {
  const table = sequelize.define<Model<UserRow>>("User", COLUMNS, { tableName: "users", timestamps: false });
  return {
    async find(userId: string): Promise<UserRow | undefined> {
      const row = await table.findByPk(userId);
      return row ? rowOf(row) : undefined;
    },

    /** False when there is one with this id. */
    async add(user: UserRow): Promise<boolean> {
      try {
        await table.create(user);
        return true;
      } catch (error) {
        if (error instanceof UniqueConstraintError) return false;
        throw error;
      }
    },

    /** False when somebody else changed the row in between. */
    async change({ userId, updateTime }: UserRow, change: Partial<UserRow>): Promise<boolean> {
      const [changed] = await table.update(change, { where: { userId, updateTime } });
      return changed > 0;
    },

    /** False when there was none. */
    async remove(userId: string): Promise<boolean> {
      return (await table.destroy({ where: { userId } })) > 0;
    },

    /** By id, the first beyond this one. */
    async after(userId: string | undefined, limit: number, descending: boolean): Promise<UserRow[]> {
      const beyond = { [descending ? Op.lt : Op.gt]: userId };
      const where = userId === undefined ? {} : { userId: beyond };
      const order: [[string, string]] = [["userId", descending ? "DESC" : "ASC"]];
      return (await table.findAll({ where, order, limit })).map(rowOf);
    },
  };
}

/** Without what nobody shall see. */
export function userOf({ passwordHash: _hash, generation: _generation, ...row }: UserRow): User {
  return {
    ...row,
    createTime: new Date(row.createTime).toISOString(),
    updateTime: new Date(row.updateTime).toISOString(),
  };
}

/** Some drivers give big integers as strings and booleans as numbers. */
function rowOf(model: Model<UserRow>): UserRow {
  const row = model.get();
  return {
    ...row,
    disabled: Boolean(row.disabled),
    generation: Number(row.generation),
    createTime: Number(row.createTime),
    updateTime: Number(row.updateTime),
  };
}

const COLUMNS = {
  userId: { type: DataTypes.STRING(63), primaryKey: true, field: "user_id" },
  displayName: { type: DataTypes.STRING(256), field: "display_name" },
  role: { type: DataTypes.STRING(32) },
  passwordHash: { type: DataTypes.STRING(255), field: "password_hash" },
  disabled: { type: DataTypes.BOOLEAN },
  generation: { type: DataTypes.BIGINT },
  createTime: { type: DataTypes.BIGINT, field: "create_time" },
  updateTime: { type: DataTypes.BIGINT, field: "update_time" },
};
