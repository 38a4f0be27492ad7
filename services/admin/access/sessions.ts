import { DataTypes, type Model, Op, type Sequelize } from "sequelize";

/** What a user is signed in with; times in epoch milliseconds. */
type SessionRow = {
  readonly sessionId: string;
  readonly userId: string;
  readonly tokenHash: string;
  /** The user's when it began. */
  readonly generation: number;
  readonly createTime: number;
  readonly expireTime: number;
};

/** Of one user; the oldest go. */
const MAX_SESSIONS = 100;

/** The table of sessions. */
export type Sessions = ReturnType<typeof sessionTable>;

export function sessionTable(sequelize: Sequelize) {
  const table = sequelize.define<Model<SessionRow>>("UserSession", COLUMNS, {
    tableName: "user_sessions",
    timestamps: false,
  });
  return {
    async find(sessionId: string): Promise<SessionRow | undefined> {
      const row = await table.findByPk(sessionId);
      return row ? rowOf(row) : undefined;
    },

    /** Makes room first: what has expired goes too. */
    async add(session: SessionRow): Promise<void> {
      const { userId, createTime } = session;
      const newest = { where: { userId }, order: [["createTime", "DESC"]] as [[string, string]] };
      const tooMany = await table.findAll({ ...newest, attributes: ["sessionId"], offset: MAX_SESSIONS - 1 });
      const sessionIds = tooMany.map((row) => row.get().sessionId);
      await table.destroy({
        where: { [Op.or]: [{ sessionId: sessionIds }, { expireTime: { [Op.lte]: createTime } }] },
      });
      await table.create(session);
    },

    async remove(where: Partial<Pick<SessionRow, "sessionId" | "userId">>): Promise<void> {
      await table.destroy({ where });
    },
  };
}

/** Some drivers give big integers as strings. */
function rowOf(model: Model<SessionRow>): SessionRow {
  const row = model.get();
  return {
    ...row,
    generation: Number(row.generation),
    createTime: Number(row.createTime),
    expireTime: Number(row.expireTime),
  };
}

const COLUMNS = {
  sessionId: { type: DataTypes.STRING(64), primaryKey: true, field: "session_id" },
  userId: { type: DataTypes.STRING(63), field: "user_id" },
  tokenHash: { type: DataTypes.STRING(255), field: "token_hash" },
  generation: { type: DataTypes.BIGINT },
  createTime: { type: DataTypes.BIGINT, field: "create_time" },
  expireTime: { type: DataTypes.BIGINT, field: "expire_time" },
};
