import { DataTypes, type Model, Op, type Sequelize } from "sequelize";
import type { IdempotencyStore, KeptAnswer } from "./idempotency.ts";
import { open, seal } from "./seal.ts";

type Row = { readonly id: string; readonly sealedAnswer: string; readonly expireTime: number };

const KEPT_MS = 24 * 60 * 60 * 1000;
const SWEEP_EVERY_MS = 60_000;
const SWEEP_ROWS = 1000;

/** Kept answers in the database; what has expired goes bit by bit while new ones come. */
export function idempotencyStore(options: { sequelize: Sequelize; clock: () => number }): IdempotencyStore {
  const { sequelize, clock } = options;
  const table = sequelize.define<Model<Row>>("IdempotencyKey", COLUMNS, {
    tableName: "idempotency_keys",
    timestamps: false,
  });
  let nextSweep = 0;

  async function sweep(): Promise<void> {
    if (clock() < nextSweep) return;
    nextSweep = clock() + SWEEP_EVERY_MS;
    const removed = await table.destroy({ where: { expireTime: { [Op.lt]: clock() } }, limit: SWEEP_ROWS });
    if (removed === SWEEP_ROWS) nextSweep = 0;
  }

  return {
    async load(id, key) {
      const row = (await table.findByPk(id))?.get();
      if (!row || row.expireTime < clock()) return undefined;
      const kept: KeptAnswer = JSON.parse(open(row.sealedAnswer, key));
      return kept;
    },
    async save(id, key, kept) {
      await sweep();
      const sealedAnswer = seal(JSON.stringify(kept), key);
      await table.upsert({ id, sealedAnswer, expireTime: clock() + KEPT_MS });
    },
  };
}

const COLUMNS = {
  id: { type: DataTypes.STRING(64), primaryKey: true },
  sealedAnswer: { type: DataTypes.TEXT("long"), field: "sealed_answer" },
  expireTime: { type: DataTypes.BIGINT, field: "expire_time" },
};
