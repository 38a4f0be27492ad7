import type BetterSqlite3 from "better-sqlite3";
import { partitionOf } from "../../actors/runtime/partition-map.ts";
import type { Cell, Row } from "./rows.ts";

/** A table of the source, and its rows as the target gets them. */
export type SourceTable = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly jsonColumns: ReadonlySet<number>;
  readonly count: number;
  rows(): Iterable<Row>;
};

type PartitionCounts = { readonly from: number; readonly to: number };

/** What the target has of its own, or makes for itself. */
const LEFT_OUT = [
  "migrations",
  "schema_compat",
  "sessions",
  "commits",
  "partitions",
  "bus_offsets",
  "artifact_chunks",
];

/** By the name of the table: what its rows are changed to. */
type Changes = Readonly<Record<string, (row: Record<string, Cell>) => Record<string, Cell>>>;

/**
 * The tables of an installation that is at rest. Actors are in other partitions where there are more of them; each of
 * these goes on at the position of the one its actors were in, so that positions only ever grow for an actor.
 */
export function sourceTables(database: BetterSqlite3.Database, counts: PartitionCounts): SourceTable[] {
  const names = database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all();
  const changes: Changes = {
    documents: (row) => ({ ...row, partition: partitionOf(String(row.actor_id), counts.to) }),
    // The bus of the target counts anew.
    config_profile_checks: (row) => ({ ...row, mark: 0 }),
  };
  const copied = names.filter((name) => !LEFT_OUT.includes(name));
  return [
    ...copied.map((name) => tableOf(database, name, changes[name] ?? ((row) => row))),
    partitionsTable(database, counts),
  ];
}

function tableOf(database: BetterSqlite3.Database, name: string, change: Changes[string]): SourceTable {
  const infos = database
    .prepare<[], { name: string; type: string }>(`SELECT name, type FROM pragma_table_info('${name}')`)
    .all();
  const columns = infos.map((info) => info.name);
  return {
    name,
    columns,
    jsonColumns: new Set(infos.flatMap(({ type }, index) => (type.toUpperCase() === "JSON" ? [index] : []))),
    count: database.prepare<[], number>(`SELECT COUNT(*) FROM \`${name}\``).pluck().get() ?? 0,
    *rows() {
      const select = database.prepare<[], Record<string, Cell>>(`SELECT * FROM \`${name}\``).safeIntegers();
      for (const row of select.iterate()) {
        const changed = change(row);
        yield columns.map((column) => changed[column] ?? null);
      }
    },
  };
}

type PartitionRow = {
  readonly type: string;
  readonly partition: number;
  readonly epoch: number;
  readonly pos: number;
};

const PARTITION_COLUMNS = ["type", "partition", "epoch", "owner", "snapshot_pos", "published_pos"];

/** Of the types that have ever committed; the others are made by the first node that starts. */
function partitionsTable(database: BetterSqlite3.Database, { from, to }: PartitionCounts): SourceTable {
  const sql = `SELECT type, \`partition\`, epoch, snapshot_pos AS pos FROM partitions
    WHERE type IN (SELECT type FROM partitions WHERE snapshot_pos > 0) ORDER BY type, \`partition\``;
  const byType = Map.groupBy(database.prepare<[], PartitionRow>(sql).all(), ({ type }) => type);
  for (const [type, found] of byType)
    if (found.length !== from || to % from !== 0)
      throw new Error(
        `there are ${found.length} partitions of '${type}', not ${from}: they cannot become ${to}`,
      );
  const rows = [...byType].flatMap(([type, found]) =>
    Array.from({ length: to }, (_, partition) => {
      // A hash modulo the larger number gives, modulo the smaller one, the partition the actor was in.
      const { epoch = 0, pos = 0 } = found[partition % from] ?? {};
      return [type, partition, epoch, null, pos, pos];
    }),
  );
  return {
    name: "partitions",
    columns: PARTITION_COLUMNS,
    jsonColumns: new Set(),
    count: rows.length,
    rows: () => rows,
  };
}

/** Per table, the highest number it has given to a row: numbers are never used again. */
export function lastNumbers(database: BetterSqlite3.Database): { name: string; seq: number }[] {
  return database.prepare<[], { name: string; seq: number }>("SELECT name, seq FROM sqlite_sequence").all();
}
