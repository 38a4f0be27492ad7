import type { Sequelize } from "sequelize";
import type { Result } from "../../../actors/contracts/contract.ts";
import { placeKey } from "../../../actors/runtime/partition-map.ts";
import type { DeliveredRow, Delivery } from "../../../actors/runtime/ports.ts";
import { P } from "../../../stores/sql/fence.ts";
import { Sql } from "../../../stores/sql/sql.ts";
import { type Advance, inAnyOrder, inOrder, type Mark } from "./mark.ts";
import { type Tally, tallied } from "./tally.ts";

/** The rows that are counted, by type, and how their copies are known. */
const COUNTED: Readonly<Record<string, Advance>> = { presence: inOrder, gateway: inAnyOrder };

const KEY = { type: "text", [P]: "integer" } as const;
const COUNTS = { online: "integer", suspect: "integer", offline: "integer", registered: "integer" } as const;
const VALUES = { pos: "integer", changes: "integer", missing: "text", ...COUNTS } as const;
const COLUMNS = { ...KEY, ...VALUES, revision: "integer" } as const;
const MAX_TRIES = 5;

type Place = { readonly type: string; readonly partition: number };

/** What is counted of a partition. */
type Count = Place & { readonly revision: number; readonly mark: Mark; readonly tally: Tally };

type Stored = Place &
  Tally & {
    readonly revision: number;
    readonly pos: number;
    readonly changes: number;
    readonly missing: string;
  };

/** How many gateways are in each state: kept up to date by what is committed, never by looking at all of them. */
export class PresenceCounts {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  /** Counts the rows that are not counted yet, and returns those. */
  async take({ rows }: Delivery): Promise<DeliveredRow[]> {
    const wanted = rows.filter(({ type }) => Object.hasOwn(COUNTED, type));
    const taken = new Set<DeliveredRow>();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const news = (await this.#load(wanted)).map((count) => counted(count, wanted));
      for (const { fresh } of news) for (const row of fresh) taken.add(row);
      const changed = news.filter(({ fresh }) => fresh.length > 0).map(({ count }) => count);
      if (changed.length === 0 || (await this.#save(changed))) return [...taken];
    }
    throw new Error("another node counts the same partitions all the time");
  }

  async summary(): Promise<Result<"presence.summary">> {
    const sums = Object.keys(COUNTS).map((column) => `COALESCE(SUM(${column}), 0) AS ${column}`);
    const [row] = await this.#sql.read<Tally>(`SELECT ${sums.join(", ")} FROM presence_counts`);
    if (!row) throw new Error("a sum without groups is one row");
    const { online, suspect, offline, registered } = row;
    const others = online + suspect + offline;
    // The registry and the presence of a gateway are counted apart: for a moment one may be ahead.
    const unknown = Math.max(0, registered - others);
    const counts = { UNKNOWN: unknown, ONLINE: online, SUSPECT: suspect, OFFLINE: offline };
    return { counts, total: unknown + others };
  }

  async #load(rows: readonly DeliveredRow[]): Promise<Count[]> {
    const places = [...new Map(rows.map((row) => [placeKey(row), placeOf(row)])).values()];
    if (places.length === 0) return [];
    const known = await this.#read(places);
    const missing = places.filter((place) => !known.has(placeKey(place)));
    if (missing.length === 0) return [...known.values()];
    await this.#insert(missing);
    return [...(await this.#read(places)).values()];
  }

  async #read(places: readonly Place[]): Promise<Map<string, Count>> {
    const statement = this.#sql.statement();
    const ofType = [...Map.groupBy(places, ({ type }) => type)].map(([type, own]) => {
      const partitions = statement.tuple(own.map(({ partition }) => partition));
      return `(type = ${statement.value(type)} AND ${P} IN ${partitions})`;
    });
    const sql = `SELECT ${Object.keys(COLUMNS).join(", ")} FROM presence_counts WHERE ${statement.anyOf(ofType)}`;
    const stored = await this.#sql.read<Stored>(sql, statement);
    return new Map(stored.map((one) => [placeKey(one), countOf(one)]));
  }

  async #insert(places: readonly Place[]): Promise<void> {
    const statement = this.#sql.statement();
    const tuples = places.map(({ type, partition }) => statement.tuple([type, partition, "[]"]));
    const nothing = this.#sql.dialect.onConflict(["type", P], ["type"]);
    const into = `presence_counts (type, ${P}, missing)`;
    await this.#sql.write(`INSERT INTO ${into} VALUES ${tuples.join(", ")} ${nothing}`, statement);
  }

  /** Each count together with how far it goes, unless somebody else has written it since; false when so. */
  async #save(counts: readonly Count[]): Promise<boolean> {
    const statement = this.#sql.statement();
    const rows = counts.map((count) => valuesOf(count));
    const on = `p.type = v.type AND p.${P} = v.${P} AND p.revision = v.revision`;
    const values = Object.keys(VALUES).map((column) => [column, `v.${column}`] as const);
    const set = { ...Object.fromEntries(values), revision: "p.revision + 1" };
    const update = { table: "presence_counts", on, set };
    const sql = this.#sql.dialect.updateFrom(statement, { columns: COLUMNS, rows }, update);
    return (await this.#sql.writePrepared(sql, statement)) === counts.length;
  }
}

function counted(count: Count, rows: readonly DeliveredRow[]) {
  const fresh: DeliveredRow[] = [];
  let { mark, tally } = count;
  for (const row of rows) {
    const next = placeKey(row) === placeKey(count) ? COUNTED[row.type]?.(mark, row) : undefined;
    if (!next) continue;
    mark = next;
    tally = tallied(tally, row);
    fresh.push(row);
  }
  return { count: { ...count, mark, tally }, fresh };
}

function placeOf({ type, partition }: Place): Place {
  return { type, partition };
}

function countOf({ type, partition, revision, pos, changes, missing, ...tally }: Stored): Count {
  return { type, partition, revision, mark: { pos, changes, missing: JSON.parse(missing) }, tally };
}

/** In the order of COLUMNS. */
function valuesOf({ type, partition, revision, mark, tally }: Count): (string | number)[] {
  const { online, suspect, offline, registered } = tally;
  const { pos, changes, missing } = mark;
  return [
    type,
    partition,
    pos,
    changes,
    JSON.stringify(missing),
    online,
    suspect,
    offline,
    registered,
    revision,
  ];
}
