import type { Sequelize } from "sequelize";
import { placeKey } from "../../actors/runtime/partition-map.ts";
import type {
  ActorStore,
  ClaimedPartition,
  CommitRow,
  PartitionProgress,
  PartitionRecord,
  PartitionRef,
  Snapshot,
  StoredDocument,
} from "../../actors/runtime/ports.ts";
import { chunksOf } from "./chunks.ts";
import { CommitTable } from "./commit-table.ts";
import { DocumentTable, type StoredTimer } from "./document-table.ts";
import { PartitionTable } from "./partition-table.ts";
import { Sql } from "./sql.ts";

/** The store of record in SQL. Every write is one autocommitted statement that carries its fence. */
export class SqlActorStore implements ActorStore {
  readonly #partitions: PartitionTable;
  readonly #commits: CommitTable;
  readonly #documents: DocumentTable;

  constructor(sequelize: Sequelize) {
    const sql = new Sql(sequelize);
    this.#partitions = new PartitionTable(sql);
    this.#commits = new CommitTable(sql);
    this.#documents = new DocumentTable(sql);
  }

  createPartitions(type: string, count: number): Promise<void> {
    return this.#partitions.create(type, count);
  }

  partitions(): Promise<PartitionRecord[]> {
    return this.#partitions.all();
  }

  async claim(seen: readonly PartitionRef[], owner: string): Promise<ClaimedPartition[]> {
    const claimed: ClaimedPartition[] = [];
    for (const chunk of chunksOf(seen)) claimed.push(...(await this.#claim(chunk, owner)));
    return claimed;
  }

  async release(partitions: readonly PartitionRef[]): Promise<void> {
    for (const chunk of chunksOf(partitions)) await this.#partitions.release(chunk);
  }

  load(type: string, actorIds: readonly string[]): Promise<StoredDocument[]> {
    return this.#documents.load(type, actorIds);
  }

  commit(rows: readonly CommitRow[]): Promise<readonly CommitRow[]> {
    return this.#commits.commit(rows);
  }

  saveSnapshots(snapshots: readonly Snapshot[]): Promise<void> {
    return this.#documents.save(snapshots);
  }

  async advance(progress: readonly PartitionProgress[]): Promise<void> {
    for (const chunk of chunksOf(progress)) {
      await this.#partitions.advance(chunk);
      await this.#commits.trim(chunk);
    }
  }

  /** May be repeated when its outcome is unknown: what the first try took is found by its epoch and owner. */
  async #claim(seen: readonly PartitionRef[], owner: string): Promise<ClaimedPartition[]> {
    await this.#partitions.takeOver(seen, owner);
    const taken = seen.map((ref) => ({ ...ref, epoch: ref.epoch + 1 }));
    const [unfinished, due] = await Promise.all([
      this.#commits.unfinished(taken, owner),
      this.#documents.timers(taken, owner),
    ]);
    const rows = Map.groupBy(unfinished, placeKey);
    const timers = Map.groupBy(due, placeKey);
    // Asked last: what is still this owner's now was nobody else's while the rows and timers were read.
    const held = await this.#partitions.held(taken, owner);
    return held.map((partition) => ({
      ...partition,
      rows: rows.get(placeKey(partition)) ?? [],
      dueTimers: (timers.get(placeKey(partition)) ?? []).map(timerOf),
    }));
  }
}

function timerOf({ actorId, dueTime }: StoredTimer) {
  return { actorId, dueTime };
}
