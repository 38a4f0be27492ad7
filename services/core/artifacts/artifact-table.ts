import { type Model, type ModelStatic, Op, type Sequelize, type WhereOptions } from "sequelize";
import type { Key } from "../../../mixins/paging.ts";
import { type ArtifactRow, type ArtifactState, artifactModel, rowOf } from "./rows.ts";

/** What the service asks of its table. */
export class ArtifactTable {
  readonly #table: ModelStatic<Model<ArtifactRow>>;

  constructor(sequelize: Sequelize) {
    this.#table = artifactModel(sequelize);
  }

  async add(row: ArtifactRow): Promise<void> {
    await this.#table.create(row);
  }

  async find(artifactId: string): Promise<ArtifactRow | undefined> {
    const model = await this.#table.findByPk(artifactId);
    return model ? rowOf(model) : undefined;
  }

  /** False when it is not in that state any more: of several one succeeds. */
  async change(artifactId: string, from: ArtifactState, change: Partial<ArtifactRow>): Promise<boolean> {
    const [changed] = await this.#table.update(change, { where: { artifactId, state: from } });
    return changed > 0;
  }

  async remove(artifactId: string): Promise<void> {
    await this.#table.destroy({ where: { artifactId } });
  }

  async expired(now: number, limit: number): Promise<string[]> {
    const where = { expireTime: { [Op.lte]: now } };
    const models = await this.#table.findAll({ where, limit, order: ["expireTime"] });
    return models.map((model) => rowOf(model).artifactId);
  }

  /** Of all that are uploaded. */
  async bytes(): Promise<number> {
    return Number((await this.#table.sum("size", { where: { state: "READY" } })) ?? 0);
  }

  /** Those that are uploaded, after the key, by time. */
  async after(key: Key | undefined, descending: boolean, limit: number): Promise<ArtifactRow[]> {
    const direction = descending ? "DESC" : "ASC";
    const where: WhereOptions<ArtifactRow> = { state: "READY", ...(key && beyond(key, descending)) };
    const order: [string, string][] = [
      ["createTime", direction],
      ["artifactId", direction],
    ];
    return (await this.#table.findAll({ where, order, limit })).map(rowOf);
  }
}

function beyond([createTime, artifactId]: Key, descending: boolean): WhereOptions<ArtifactRow> {
  const than = (value: Key[number] | undefined) => ({ [descending ? Op.lt : Op.gt]: value });
  return { [Op.or]: [{ createTime: than(createTime) }, { createTime, artifactId: than(artifactId) }] };
}
