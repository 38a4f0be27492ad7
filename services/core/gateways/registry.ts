import { isDeepStrictEqual } from "node:util";
import { Op, type WhereOptions } from "sequelize";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Key, Order } from "../../../mixins/paging.ts";
import type { Table } from "./adapter.ts";
import type { Happened, Outbox, RegistryEvent } from "./outbox.ts";
import { type GatewayRow, rowOf } from "./rows.ts";

export const ORDER_FIELDS = ["gatewayId", "displayName", "createTime", "updateTime"] as const;
type OrderField = (typeof ORDER_FIELDS)[number];

const MAX_TRIES = 20;

/** What the service asks of its table. */
export function registry(table: Table<GatewayRow>, outbox: Outbox) {
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
    insert(rows: readonly GatewayRow[], by: string): Promise<void> {
      return outbox.change(async (transaction) => {
        await table.insertMany(rows, { returning: false, transaction });
        return [undefined, rows.map((row) => created(row, by))];
      });
    },

    /** Tries again when somebody else changed the row in between. What changes nothing is no event. */
    async change(
      gatewayId: string,
      now: number,
      event: RegistryEvent,
      changeOf: (row: GatewayRow) => Partial<GatewayRow>,
    ): Promise<GatewayRow> {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const row = await get(gatewayId);
        const { updateTime } = row;
        const fields = changeOf(row);
        if (isDeepStrictEqual({ ...row, ...fields }, row)) return row;
        const change = { ...fields, updateTime: Math.max(now, updateTime + 1) };
        const isChanged = await outbox.change(async (transaction) => {
          const where = { gatewayId, updateTime, deleting: false };
          const changed = (await table.updateMany(where, change, transaction)) > 0;
          return [changed, changed ? [{ gatewayId, time: now, event: { ...event, ...shown(fields) } }] : []];
        });
        if (isChanged) return { ...row, ...change };
      }
      throw new DomainError("OVERLOADED");
    },

    /** False when it is marked already, or does not exist. */
    markDeleting(gatewayId: string, now: number, by: string): Promise<boolean> {
      return outbox.change(async (transaction) => {
        const where = { gatewayId, deleting: false };
        const marked = (await table.updateMany(where, { deleting: true }, transaction)) > 0;
        const event = { type: "gateway.deleted", by } as const;
        return [marked, marked ? [{ gatewayId, time: now, event }] : []];
      });
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

/** What of a change may be told; not the secret. */
function shown({ displayName, labels }: Partial<GatewayRow>): Partial<RegistryEvent> {
  return { ...(displayName !== undefined && { displayName }), ...(labels && { labels }) };
}

function created({ gatewayId, displayName, labels, createTime }: GatewayRow, by: string): Happened {
  return { gatewayId, time: createTime, event: { type: "gateway.created", by, displayName, labels } };
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
