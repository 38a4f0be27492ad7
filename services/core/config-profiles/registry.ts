import {
  type Model,
  type ModelStatic,
  Op,
  type Sequelize,
  type Transaction,
  UniqueConstraintError,
  type WhereOptions,
} from "sequelize";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Key, Order } from "../../../mixins/paging.ts";
import { Sql } from "../../../stores/sql/sql.ts";
import { type ProfileRow, profileModel, rowOf } from "./rows.ts";
import { SweepProgress } from "./sweep-progress.ts";

export const ORDER_FIELDS = [
  "configProfileId",
  "displayName",
  "priority",
  "percent",
  "createTime",
  "updateTime",
] as const;
type OrderField = (typeof ORDER_FIELDS)[number];

type Settings = Pick<ProfileRow, "displayName" | "gatewayFilter" | "priority" | "desired" | "percent">;

/** The table of profiles. With every change of what gateways get, a sweep through them is asked for. */
export class Registry {
  readonly #sequelize: Sequelize;
  readonly #table: ModelStatic<Model<ProfileRow>>;

  constructor(sequelize: Sequelize) {
    this.#sequelize = sequelize;
    this.#table = profileModel(sequelize);
  }

  async get(configProfileId: string): Promise<ProfileRow> {
    const model = await this.#table.findByPk(configProfileId);
    if (!model) throw new DomainError("CONFIG_PROFILE_NOT_FOUND", { configProfileId });
    return rowOf(model);
  }

  async all(): Promise<ProfileRow[]> {
    return (await this.#table.findAll()).map(rowOf);
  }

  async after(key: Key | undefined, order: Order<OrderField>, limit: number): Promise<ProfileRow[]> {
    const direction = order.descending ? "DESC" : "ASC";
    const fields = order.field === "configProfileId" ? [order.field] : [order.field, "configProfileId"];
    const found = await this.#table.findAll({
      where: key ? beyond(key, order) : {},
      order: fields.map((field) => [field, direction]),
      limit,
    });
    return found.map(rowOf);
  }

  /** A revision is never used again, also when the id is. */
  async insert(profile: Omit<ProfileRow, "revision">): Promise<ProfileRow> {
    const { configProfileId } = profile;
    try {
      return await this.#sequelize.transaction(async (transaction) => {
        const revision = await this.#wanted(transaction);
        const row = { ...profile, revision };
        await this.#table.create(row, { transaction });
        return row;
      });
    } catch (error) {
      if (!(error instanceof UniqueConstraintError)) throw error;
      throw new DomainError("CONFIG_PROFILE_EXISTS", { configProfileId });
    }
  }

  /** The revision stays when the same gateways, or others, get the same. */
  async change(configProfileId: string, now: number, settings: Partial<Settings>): Promise<ProfileRow> {
    const { displayName: _, ...given } = settings;
    await this.#sequelize.transaction(async (transaction) => {
      // Whoever changes what gateways get takes turns from here on.
      const wanted = Object.keys(given).length > 0 ? await this.#wanted(transaction) : undefined;
      const model = await this.#table.findByPk(configProfileId, { transaction });
      if (!model) throw new DomainError("CONFIG_PROFILE_NOT_FOUND", { configProfileId });
      const isOther = wanted !== undefined && !isSame(rowOf(model), given);
      const change = { ...settings, updateTime: now, ...(isOther && { revision: wanted }) };
      await this.#table.update(change, { where: { configProfileId }, transaction });
    });
    return this.get(configProfileId);
  }

  async remove(configProfileId: string): Promise<void> {
    await this.#sequelize.transaction(async (transaction) => {
      await this.#wanted(transaction);
      const removed = await this.#table.destroy({ where: { configProfileId }, transaction });
      if (removed === 0) throw new DomainError("CONFIG_PROFILE_NOT_FOUND", { configProfileId });
    });
  }

  #wanted(transaction: Transaction): Promise<number> {
    return new SweepProgress(new Sql(this.#sequelize, { transaction })).want();
  }
}

/** Do the gateways that get it get the same? */
function isSame(before: ProfileRow, { desired, priority }: Partial<Settings>): boolean {
  return (desired ?? before.desired) === before.desired && (priority ?? before.priority) === before.priority;
}

export function keyOf(row: ProfileRow, field: OrderField): Key {
  return field === "configProfileId" ? [row.configProfileId] : [row[field], row.configProfileId];
}

function beyond(key: Key, { field, descending }: Order<OrderField>): WhereOptions<ProfileRow> {
  const than = (value: string | number | undefined) => ({ [descending ? Op.lt : Op.gt]: value });
  const [first, configProfileId] = key;
  if (field === "configProfileId") return { configProfileId: than(first) };
  return { [Op.or]: [{ [field]: than(first) }, { [field]: first, configProfileId: than(configProfileId) }] };
}
