import type { Sequelize } from "sequelize";
import type { ConfigEvent } from "../../../actors/config/contract.ts";
import { CONFIG_PHASES, type ConfigPhase } from "../../../actors/contracts/config.ts";
import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import { P } from "../../../stores/sql/fence.ts";
import { Sql } from "../../../stores/sql/sql.ts";

const COLUMNS: Readonly<Record<ConfigPhase, string>> = {
  IN_SYNC: "in_sync",
  PENDING: "pending",
  DELIVERING: "delivering",
  FAILED: "failed",
};

/** How far the counts of a partition are: all rows up to `pos`, and so many changes of the row there. */
type Position = { readonly pos: number; readonly changes: number };

/** The events of rows of config actors. */
export function configEvents(rows: readonly DeliveredRow[]): ConfigEvent[] {
  return rows.flatMap(({ changes }) =>
    changes.flatMap(({ events = [] }) => events as readonly ConfigEvent[]),
  );
}

/** How many gateways are in each phase, kept with every change of one. */
export class ConfigCounts {
  readonly #sql: Sql;

  constructor(sequelize: Sequelize) {
    this.#sql = new Sql(sequelize);
  }

  /** Counts rows of config actors; returns those that were not counted before. Rejects when another one counts too. */
  add(rows: readonly DeliveredRow[]): Promise<DeliveredRow[]> {
    return this.#sql.transaction(async (sql) => {
      const seen = await positions(sql, rows);
      const fresh = rows.filter((row) => isAfter(row, seen.get(row.partition)));
      const partitions = Map.groupBy(fresh, ({ partition }) => partition);
      if (partitions.size > 0) await advance(sql, partitions, seen);
      return fresh;
    });
  }

  async totals(): Promise<Record<ConfigPhase, number>> {
    const sums = CONFIG_PHASES.map((phase) => `SUM(${COLUMNS[phase]}) AS ${phase}`);
    type Sums = Record<ConfigPhase, number | string | null>;
    const [found] = await this.#sql.read<Sums>(`SELECT ${sums.join(", ")} FROM config_counts`);
    const total = (phase: ConfigPhase) => Number(found?.[phase] ?? 0);
    return {
      IN_SYNC: total("IN_SYNC"),
      PENDING: total("PENDING"),
      DELIVERING: total("DELIVERING"),
      FAILED: total("FAILED"),
    };
  }
}

/** Partitions that were never counted get a line, at the beginning. */
async function positions(sql: Sql, rows: readonly DeliveredRow[]): Promise<Map<number, Position>> {
  const partitions = [...new Set(rows.map(({ partition }) => partition))].toSorted((a, b) => a - b);
  const select = sql.statement();
  const where = `${P} IN ${select.tuple(partitions)}`;
  type Line = { partition: number; pos: number | string; changes: number | string };
  const lines = await sql.read<Line>(`SELECT ${P}, pos, changes FROM config_counts WHERE ${where}`, select);
  const known = new Map(
    lines.map(({ partition, pos, changes }) => [partition, { pos: Number(pos), changes: Number(changes) }]),
  );
  const missing = partitions.filter((partition) => !known.has(partition));
  if (missing.length > 0) {
    const insert = sql.statement();
    const values = missing.map((partition) => insert.tuple([partition]));
    await sql.write(`INSERT INTO config_counts (${P}) VALUES ${values.join(", ")}`, insert);
  }
  for (const partition of missing) known.set(partition, { pos: 0, changes: 0 });
  return known;
}

function isAfter({ pos, first }: DeliveredRow, seen: Position | undefined): boolean {
  return !seen || pos > seen.pos || (pos === seen.pos && first >= seen.changes);
}

/** Only from where the partitions were just seen. */
async function advance(
  sql: Sql,
  partitions: ReadonlyMap<number, readonly DeliveredRow[]>,
  seen: ReadonlyMap<number, Position>,
): Promise<void> {
  const counted = ["pos", "changes"];
  const columns = [P, "seen_pos", "seen_changes", ...counted, ...Object.values(COLUMNS)];
  const rows = [...partitions].map(([partition, fresh]) => {
    const { pos = 0, changes = 0 } = seen.get(partition) ?? {};
    const last = fresh.at(-1);
    const reached = last ? [last.pos, last.first + last.changes.length] : [pos, changes];
    const deltas = deltasOf(fresh);
    return [partition, pos, changes, ...reached, ...CONFIG_PHASES.map((phase) => deltas[phase])];
  });
  const statement = sql.statement();
  const update = sql.dialect.updateFrom(
    statement,
    { columns: Object.fromEntries(columns.map((column) => [column, "integer" as const])), rows },
    {
      table: "config_counts",
      on: `p.${P} = v.${P} AND p.pos = v.seen_pos AND p.changes = v.seen_changes`,
      set: Object.fromEntries([
        ...counted.map((column) => [column, `v.${column}`]),
        ...Object.values(COLUMNS).map((column) => [column, `p.${column} + v.${column}`]),
      ]),
    },
  );
  const written = await sql.write(update, statement);
  if (written < rows.length) throw new Error("another node counts the same rows");
}

function deltasOf(rows: readonly DeliveredRow[]): Record<ConfigPhase, number> {
  const deltas = { IN_SYNC: 0, PENDING: 0, DELIVERING: 0, FAILED: 0 };
  for (const event of configEvents(rows)) {
    if (event.type !== "config.changed" || !event.phases) continue;
    const [from, to] = event.phases;
    if (from) deltas[from] -= 1;
    if (to) deltas[to] += 1;
  }
  return deltas;
}
