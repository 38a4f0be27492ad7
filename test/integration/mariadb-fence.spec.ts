import { QueryTypes, type Sequelize } from "sequelize";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ActorStore, ClaimedPartition, CommitRow, PartitionRef } from "../../actors/runtime/ports.ts";
import { openDatabase } from "../../stores/database.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import { freshDatabase } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const TYPE = "twin";
const PARTITIONS = 8;
const CLAIMS = 100;
const COMMITS_BEFORE_CLAIM = 3;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let databases: Sequelize[];
/** Two nodes: each has its own connections. */
let one: ActorStore;
let two: ActorStore;

beforeEach(async () => {
  database = await freshDatabase();
  const sequelizes = [await openDatabase(database.url), await openDatabase(database.url)] as const;
  databases = [...sequelizes];
  [one, two] = [new SqlActorStore(sequelizes[0]), new SqlActorStore(sequelizes[1])];
  await one.createPartitions(TYPE, PARTITIONS);
});

afterEach(async () => {
  for (const sequelize of databases) await sequelize.close();
  await database.drop();
});

async function read<Row extends object>(sql: string): Promise<Row[]> {
  return (await databases[0]?.query<Row>(sql, { type: QueryTypes.SELECT })) ?? [];
}

function rowOf({ type, partition, epoch }: PartitionRef, pos: number): CommitRow {
  return { type, partition, epoch, pos, changes: [] };
}

function snapshotOf({ type, partition, epoch }: PartitionRef, actorId: string, document: string | null) {
  return { type, partition, epoch, actorId, pos: 1, document, dueTime: null };
}

/** A claim that comes while a statement of the old owner has begun, and is not done. */
describe("a claim in the middle of the old owner's", () => {
  let claimed: ClaimedPartition[];
  let first: ClaimedPartition;

  beforeEach(async () => {
    claimed = await one.claim(await one.partitions(), "n1");
    const [p0] = claimed;
    if (!p0) throw new Error("nothing was claimed");
    first = p0;
  });

  /** From now on each row of such a statement takes a while. */
  async function slowDown(event: "INSERT ON commits" | "INSERT ON documents" | "DELETE ON documents") {
    await databases[0]?.query(`CREATE TRIGGER slow BEFORE ${event} FOR EACH ROW SET @slept = SLEEP(0.2)`);
  }

  const isUnderWay = () =>
    waitFor("the old owner's statement", async () => {
      const sql =
        "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state = 'User sleep'";
      return (await read(sql)).length > 0;
    });

  it("commit finds what that commit wrote", async () => {
    await slowDown("INSERT ON commits");
    const committing = one.commit([rowOf(first, 1)]);
    await isUnderWay();
    const [taken] = await two.claim([first], "n2");
    expect(await committing).toEqual([]);
    expect(taken?.rows).toEqual([rowOf(first, 1)]);
  });

  it("snapshots comes after them: they overwrite nothing", async () => {
    await slowDown("INSERT ON documents");
    const saving = one.saveSnapshots(["a1", "a2"].map((actorId) => snapshotOf(first, actorId, "old")));
    await isUnderWay();
    const [taken = first] = await two.claim([first], "n2");
    await two.saveSnapshots([snapshotOf(taken, "a2", "new")]);
    await saving;
    expect(await two.load(TYPE, ["a2"])).toMatchObject([{ document: "new" }]);
  });

  it("removal of documents comes after it: it removes no newer one", async () => {
    await one.saveSnapshots(["a1", "a2"].map((actorId) => snapshotOf(first, actorId, "old")));
    await slowDown("DELETE ON documents");
    const removing = one.saveSnapshots(["a1", "a2"].map((actorId) => snapshotOf(first, actorId, null)));
    await isUnderWay();
    const [taken = first] = await two.claim([first], "n2");
    await two.saveSnapshots([snapshotOf(taken, "a2", "new")]);
    await removing;
    expect(await two.load(TYPE, ["a1", "a2"])).toMatchObject([{ actorId: "a2", document: "new" }]);
  });
});

const nameOf = ({ partition, pos, epoch }: Omit<CommitRow, "changes">) => `${partition}/${pos}@${epoch}`;

/** Commits to all its partitions as fast as it can until it is refused; the result is what was acknowledged. */
async function commitUntilRefused(
  store: ActorStore,
  claimed: readonly ClaimedPartition[],
  onCommit: (commits: number) => void,
): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let commits = 1; ; commits += 1) {
    const rows = claimed.map((each) => rowOf(each, (each.rows.at(-1)?.pos ?? 0) + commits));
    const refused = await store.commit(rows);
    acknowledged.push(...rows.filter((row) => !refused.includes(row)).map(nameOf));
    if (refused.length > 0) return acknowledged;
    onCommit(commits);
  }
}

it("nothing of a busy owner is written after a claim, and nothing acknowledged to it is missed", async () => {
  let [old, next] = [one, two];
  let claimed = await old.claim(await old.partitions(), "n0");
  for (let round = 1; round <= CLAIMS; round += 1) {
    const busy = Promise.withResolvers<void>();
    const writing = commitUntilRefused(old, claimed, (commits) => {
      if (commits === COMMITS_BEFORE_CLAIM) busy.resolve();
    });
    await busy.promise;
    claimed = await next.claim(claimed, `n${round}`);
    const acknowledged = await writing;

    const found = claimed.flatMap(({ rows }) => rows).map(nameOf);
    const stored = await read<Omit<CommitRow, "changes">>("SELECT `partition`, pos, epoch FROM commits");
    expect(stored.map(nameOf).toSorted()).toEqual(found.toSorted());
    expect(acknowledged.filter((name) => !found.includes(name))).toEqual([]);
    [old, next] = [next, old];
  }
  expect(claimed.map(({ epoch }) => epoch)).toEqual(claimed.map(() => CLAIMS + 1));
  expect(claimed).toHaveLength(PARTITIONS);
});
