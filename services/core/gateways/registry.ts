import { Op, type WhereOptions } from "sequelize";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Key, Order } from "../../../mixins/paging.ts";
import type { Table } from "./adapter.ts";
import { type GatewayRow, rowOf } from "./rows.ts";

export const ORDER_FIELDS = ["gatewayId", "displayName", "createTime", "updateTime"] as const;
type OrderField = (typeof ORDER_FIELDS)[number];

const MAX_TRIES = 20;

/** What the service asks of its table. */
export function registry(table: Table<GatewayRow>) {
  async function find(gatewayId: string): Promise<GatewayRow | undefined> {
    const model = await table.findById(gatewayId);
    return model ? rowOf(model) : undefined;
  }

  async function get(gatewayId: string): Promise<GatewayRow> {
    const row = await find(gatewayId);
    if (row && !row.deleting) return row;
    throw new DomainError("GATEWAY_NOT_FOUND", { gatewayId });
  }

  return {
    find,
    get,

    async findMany(gatewayIds: readonly string[]): Promise<GatewayRow[]> {
      const models = await table.find({ query: { gatewayId: { [Op.in]: [...gatewayIds] } } });
      return models.map(rowOf);
    },

    /** All of them or none. */
    async insert(rows: readonly GatewayRow[]): Promise<void> {
      await table.insertMany(rows, { returning: false });
    },

    /** Tries again when somebody else changed the row in between. */
    async change(
      gatewayId: string,
      now: number,
      changeOf: (row: GatewayRow) => Partial<GatewayRow>,
    ): Promise<GatewayRow> {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const row = await get(gatewayId);
        const { updateTime } = row;
        const change = { ...changeOf(row), updateTime: Math.max(now, updateTime + 1) };
        const changed = await table.updateMany({ gatewayId, updateTime, deleting: false }, change);
        if (changed > 0) return { ...row, ...change };
      }
      throw new DomainError("OVERLOADED");
    },

    /** False when it is marked already, or does not exist. */
    async markDeleting(gatewayId: string): Promise<boolean> {
      return (await table.updateMany({ gatewayId, deleting: false }, { deleting: true })) > 0;
    },

    async removeMarked(gatewayId: string): Promise<void> {
      await table.removeMany({ gatewayId, deleting: true });
    },

    async after(key: Key | undefined, order: Order<OrderField>, limit: number): Promise<GatewayRow[]> {
      const sign = order.descending ? "-" : "";
      const fields = order.field === "gatewayId" ? ["gatewayId"] : [order.field, "gatewayId"];
      const query = { deleting: false, ...(key && beyond(key, order)) };
      return (await table.find({ query, sort: fields.map((field) => sign + field), limit })).map(rowOf);
    },
  };
}

export type Registry = ReturnType<typeof registry>;

export function keyOf(row: GatewayRow, field: OrderField): Key {
  return field === "gatewayId" ? [row.gatewayId] : [row[field], row.gatewayId];
}

function beyond(key: Key, { field, descending }: Order<OrderField>): WhereOptions<GatewayRow> {
  const than = (value: string | number | undefined) => ({ [descending ? Op.lt : Op.gt]: value });
  const [first, gatewayId] = key;
  if (field === "gatewayId") return { gatewayId: than(first) };
  return { [Op.or]: [{ [field]: than(first) }, { [field]: first, gatewayId: than(gatewayId) }] };
}
