import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };
const number = { type: DataTypes.BIGINT, ...required };
/** JSON of 64 KiB is more than a TEXT of MySQL holds. */
const long = { type: "LONGTEXT", ...required };

/** Commands that have ended, and what gateways logged while they carried them out. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  // Made anew each time: Sequelize changes a type to what the dialect wants.
  const commandId = { type: DataTypes.STRING(160, true), ...required, primaryKey: true };
  const gatewayId = { type: DataTypes.STRING(128, true), ...required };
  await context.createTable("ended_commands", {
    id: commandId,
    gateway_id: gatewayId,
    create_time: number,
    end_time: number,
    name: { type: DataTypes.STRING(128), ...required },
    state: { type: DataTypes.STRING(16), ...required },
    /** JSON: `{result?, error?}`. */
    outcome: long,
  });
  await context.addIndex("ended_commands", ["gateway_id", "create_time", "id"]);
  await context.addIndex("ended_commands", ["end_time"]);
  await context.createTable("command_log_lines", {
    command_id: commandId,
    seq: { ...number, primaryKey: true },
    gateway_id: gatewayId,
    /** When it came; `ts`: the gateway's time. */
    time: number,
    ts: number,
    level: { type: DataTypes.STRING(128), ...required },
    text: long,
  });
  await context.addIndex("command_log_lines", ["gateway_id", "time", "command_id", "seq"]);
  await context.addIndex("command_log_lines", ["time"]);
}
