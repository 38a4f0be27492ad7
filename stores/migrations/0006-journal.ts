import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };
const number = { type: DataTypes.BIGINT, ...required };

/**
 * What happened, in the order in which it became visible (`seq` grows by one), and per gateway what the events
 * added up to that are no longer kept.
 */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await context.createTable("journal_events", {
    seq: { ...number, primaryKey: true },
    id: { type: DataTypes.STRING(96, true), ...required, unique: true },
    gateway_id: { type: DataTypes.STRING(128, true), ...required },
    type: { type: DataTypes.STRING(160, true), ...required },
    severity: { type: DataTypes.INTEGER, ...required },
    time: number,
    actor: { type: DataTypes.STRING(256, true), ...required },
    reason: { type: DataTypes.TEXT, allowNull: true },
    /** The twin's after a change; 0 where a twin's history ends; null for what is no change of a twin. */
    version: { type: DataTypes.BIGINT, allowNull: true },
    data: { type: "LONGTEXT", ...required },
  });
  await context.addIndex("journal_events", ["time", "seq"]);
  await context.addIndex("journal_events", ["type", "time", "seq"]);
  await context.addIndex("journal_events", ["gateway_id", "time", "seq"]);
  await context.addIndex("journal_events", ["gateway_id", "seq"]);
  await context.addIndex("journal_events", ["gateway_id", "version", "seq"]);
  await context.createTable("journal_bases", {
    gateway_id: { type: DataTypes.STRING(128, true), ...required, primaryKey: true },
    time: number,
    /** Null: the journal began after the twin, so nobody knows. */
    document: { type: "LONGTEXT", allowNull: true },
  });
  await context.createTable("journal_state", {
    id: { type: DataTypes.INTEGER, ...required, primaryKey: true },
    /** The last event that is no longer kept. */
    trimmed: number,
  });
  await context.bulkInsert("journal_state", [{ id: 1, trimmed: 0 }]);
}
