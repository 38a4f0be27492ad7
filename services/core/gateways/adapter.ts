import { createRequire } from "node:module";
import type { Service, ServiceBroker, ServiceSchema } from "moleculer";
import type { Model, ModelStatic, Sequelize, Transaction, WhereOptions } from "sequelize";

/** What is used of moleculer-db-adapter-sequelize, which is CommonJS with types that do not fit. */
type Adapter<Row extends object> = {
  init(broker: ServiceBroker, service: Service): void;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  find(cursor: { query: WhereOptions<Row>; sort?: readonly string[]; limit?: number }): Promise<Model<Row>[]>;
  findById(id: string): Promise<Model<Row> | null>;
  insertMany(
    rows: readonly Row[],
    options: { returning: boolean; transaction: Transaction },
  ): Promise<Model<Row>[]>;
  updateMany(where: WhereOptions<Row>, update: Partial<Row>, transaction: Transaction): Promise<number>;
  removeMany(where: WhereOptions<Row>): Promise<number>;
};

const require = createRequire(import.meta.url);
const SequelizeAdapter: new (
  sequelize: Sequelize,
) => Adapter<object> = require("moleculer-db-adapter-sequelize");
const DbService: Partial<ServiceSchema> = require("moleculer-db");

export type Table<Row extends object> = Omit<Adapter<Row>, "init" | "connect" | "disconnect">;

/**
 * A table of a moleculer-db service, and the mixin that ties the two together. Moleculer copies schemas deeply,
 * and would copy the connection with them: so adapter and model are put in after that.
 */
export function databaseTable<Row extends object>(sequelize: Sequelize, model: ModelStatic<Model<Row>>) {
  const adapter = Object.assign(new SequelizeAdapter(sequelize) as Adapter<Row>, {
    model,
    /** The adapter's own cannot be part of a transaction. */
    updateMany: async (where: WhereOptions<Row>, update: Partial<Row>, transaction: Transaction) => {
      const [updated] = await model.update(update, { where, transaction });
      return updated;
    },
    // Whoever opened the database closes it.
    disconnect: async () => {},
  });
  const mixin = {
    // None of its own actions: they would take queries, sort orders and whole rows from callers.
    mixins: [{ ...DbService, actions: {} }],
    merged: (schema: ServiceSchema) => void Object.assign(schema, { adapter, model }),
  };
  const table: Table<Row> = adapter;
  return { table, mixin };
}
