import { DataTypes, type QueryInterface } from "sequelize";

const required = { allowNull: false };
const time = { type: DataTypes.BIGINT, ...required };
const maybe = { type: DataTypes.BIGINT, allowNull: true };

/** Users, what they are signed in with, and what API keys have beside a role. Passwords and tokens are stored hashed. */
export async function up({ context }: { context: QueryInterface }): Promise<void> {
  // Made anew each time: Sequelize changes a type to what the dialect wants.
  const userId = { type: DataTypes.STRING(63, true), ...required };
  await extendKeys(context);
  await context.createTable("users", {
    user_id: { ...userId, primaryKey: true },
    display_name: { type: DataTypes.STRING(256), ...required },
    role: { type: DataTypes.STRING(32), ...required },
    password_hash: { type: DataTypes.STRING(255), ...required },
    disabled: { type: DataTypes.BOOLEAN, ...required },
    /** Sessions of another generation have ended. */
    generation: time,
    create_time: time,
    update_time: time,
  });
  await context.createTable("user_sessions", {
    session_id: { type: DataTypes.STRING(64, true), ...required, primaryKey: true },
    user_id: userId,
    token_hash: { type: DataTypes.STRING(255), ...required },
    generation: time,
    create_time: time,
    expire_time: time,
  });
  await context.addIndex("user_sessions", ["user_id", "create_time"]);
  await context.addIndex("user_sessions", ["expire_time"]);
}

/** A start that was broken off may have added some. */
async function extendKeys(context: QueryInterface): Promise<void> {
  const known = await context.describeTable("api_keys");
  const added = {
    gateway_filter: { type: DataTypes.STRING(1024), ...required, defaultValue: "" },
    expire_time: maybe,
    last_used_time: maybe,
    update_time: { ...time, defaultValue: 0 },
  };
  for (const [name, column] of Object.entries(added)) {
    if (!(name in known)) await context.addColumn("api_keys", name, column);
  }
}
