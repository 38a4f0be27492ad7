import { DataTypes, type QueryInterface } from "sequelize";
import { moveEvents } from "./0011-move-events.ts";

const required = { allowNull: false };
const number = { type: DataTypes.BIGINT, ...required };

/**
 * Events are stored in pages now, compressed, with an index of what is in them. Those that were there are moved; when
 * that is broken off, the next start goes on with the rest.
 */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  await createPages(context);
  await createIndex(context);
  if (!(await context.tableExists("journal_events"))) return;
  await moveEvents(context);
  await context.dropTable("journal_events");
}

function createPages(context: QueryInterface): Promise<void> {
  const columns = {
    /** Of the first event; the others follow without a gap. */
    seq: { ...number, primaryKey: true },
    size: { type: DataTypes.INTEGER, ...required },
    /** Of the latest event. */
    time: number,
    content: { type: DataTypes.BLOB("long"), ...required },
  };
  return context.createTable("journal_pages", columns, {
    uniqueKeys: { journal_pages_time: { fields: ["time", "seq"] } },
  });
}

async function createIndex(context: QueryInterface): Promise<void> {
  const { sequelize } = context;
  // The key is all there is: it needs no second copy.
  const clustered = sequelize.getDialect() === "sqlite" ? "WITHOUT ROWID" : "";
  const key = "PRIMARY KEY (term, time, seq)";
  await sequelize.query(
    `CREATE TABLE IF NOT EXISTS journal_terms (
      term VARCHAR(260) NOT NULL, time BIGINT NOT NULL, seq BIGINT NOT NULL, ${key}) ${clustered}`,
  );
  await context.createTable("journal_index", {
    id: { type: DataTypes.INTEGER, ...required, primaryKey: true },
    /** The last page that is in the index. */
    seq: number,
    /** How far the journal has the log of commits by then, per partition. */
    marks: { type: "LONGTEXT", ...required },
  });
  const [known] = await sequelize.query("SELECT id FROM journal_index");
  if (known.length === 0) await context.bulkInsert("journal_index", [{ id: 1, seq: 0, marks: "{}" }]);
}
