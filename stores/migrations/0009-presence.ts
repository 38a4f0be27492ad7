import { DataTypes, type QueryInterface, QueryTypes, type Transaction } from "sequelize";

const required = { allowNull: false };
const key = { ...required, primaryKey: true };
const number = { type: DataTypes.BIGINT, ...required, defaultValue: 0 };

/** What is last known of gateways and their boards, and how many of them are in which state. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("presence_vitals", {
    gateway_id: { type: DataTypes.STRING(128, true), ...key },
    last_seen: number,
    board: { type: DataTypes.TEXT, ...required },
    firmware: { type: DataTypes.STRING(128), allowNull: true },
  });
  await context.createTable("presence_counts", {
    /** Of the rows that are counted here: those of presence actors, or of the registry. */
    type: { type: DataTypes.STRING(32), ...key },
    partition: { type: DataTypes.INTEGER, ...key },
    /** The last row that is counted, and how many of its changes. */
    pos: number,
    changes: number,
    /** Earlier rows that are not: those of the registry may overtake each other. */
    missing: { type: DataTypes.TEXT, ...required },
    revision: number,
    online: number,
    suspect: number,
    offline: number,
    registered: number,
  });
  await context.sequelize.transaction((transaction) => seed(context, transaction));
}

/** The gateways there are; the events that told of them have numbers below the one taken here. */
async function seed(context: QueryInterface, transaction: Transaction): Promise<void> {
  const numberOf = async (sql: string) => {
    const options = { transaction, type: QueryTypes.SELECT } as const;
    const [row] = await context.sequelize.query<{ value: number }>(sql, options);
    return Number(row?.value ?? 0);
  };
  await context.bulkInsert("gateway_events", [{ gateway_id: "", time: 0, event: "" }], { transaction });
  const pos = await numberOf("SELECT MAX(id) AS value FROM gateway_events");
  await context.bulkDelete("gateway_events", { id: pos }, { transaction });
  const registered = await numberOf("SELECT COUNT(*) AS value FROM gateways WHERE NOT deleting");
  const row = { type: "gateway", partition: 0, pos, missing: "[]", registered };
  await context.bulkInsert("presence_counts", [row], { transaction });
}
