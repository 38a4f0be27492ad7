import type { DeliveredRow } from "../../../actors/runtime/ports.ts";
import type { Patched } from "./callers.ts";

/** What is known after a run, from all sides. */
export type Evidence = {
  /** Per gateway the highest sequence number that was acknowledged. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** Per gateway all numbers that must be among the committed changes: those acknowledged in their order. */
  readonly inOrder: ReadonlyMap<string, readonly number[]>;
  readonly patched: readonly Patched[];
  /** The twins as they are at the end. */
  readonly twins: ReadonlyMap<string, FinalTwin>;
  /** All committed rows, in the order in which the bus got them. */
  readonly rows: readonly DeliveredRow[];
  /** Node ids by `type/partition/epoch`. */
  readonly owners: ReadonlyMap<string, ReadonlySet<string>>;
};

export type FinalTwin = {
  readonly seq: number;
  readonly version: number;
  readonly desired: Readonly<Record<string, number>>;
};

export type Verdict = {
  /** Acknowledged and not there. */
  readonly lost: string[];
  /** Committed more than once. */
  readonly doubled: string[];
  /** Everything else that must not be. */
  readonly broken: string[];
};

type TwinEvent = {
  readonly type: string;
  readonly boot?: string;
  readonly seq?: number;
  readonly patch?: Readonly<Record<string, unknown>>;
  readonly versions?: readonly [number, number];
};

/** One committed event of a twin. */
type Entry = { readonly actorId: string; readonly event: TwinEvent };

/** Does what was committed hold all that was acknowledged, once, and in one order? */
export function check(evidence: Evidence): Verdict {
  const { rows, repeatedWrongly } = withoutCopies(evidence.rows);
  const entries = entriesOf(rows);
  return {
    lost: [...lostUpdates(evidence), ...missingUpdates(evidence, entries), ...lostPatches(evidence, entries)],
    doubled: doubledEntries(entries),
    broken: [
      ...repeatedWrongly,
      ...brokenRows(rows),
      ...brokenVersions(evidence, entries),
      ...sharedEpochs(evidence),
    ],
  };
}

/** The bus may get a row twice, but never another row for the same place. */
function withoutCopies(all: readonly DeliveredRow[]) {
  const texts = new Map<string, string>();
  const [rows, repeatedWrongly]: [DeliveredRow[], string[]] = [[], []];
  for (const row of all) {
    const key = `${row.type}/${row.partition}/${row.pos}/${row.first}`;
    const text = JSON.stringify(row);
    const known = texts.get(key);
    if (known === undefined) rows.push(row);
    else if (known !== text) repeatedWrongly.push(`two rows at ${key}: ${known} and ${text}`);
    texts.set(key, known ?? text);
  }
  return { rows, repeatedWrongly };
}

function entriesOf(rows: readonly DeliveredRow[]): Entry[] {
  return rows
    .filter(({ type }) => type === "twin")
    .flatMap(({ changes }) =>
      changes.flatMap(({ actorId, events = [] }) =>
        events.map((event) => ({ actorId, event: event as TwinEvent })),
      ),
    );
}

function lostUpdates({ acknowledged, twins }: Evidence): string[] {
  return [...acknowledged]
    .filter(([id, seq]) => (twins.get(id)?.seq ?? 0) < seq)
    .map(([id, seq]) => `${id} was acknowledged ${seq}, but its twin has ${twins.get(id)?.seq ?? "none"}`);
}

function missingUpdates({ inOrder }: Evidence, entries: readonly Entry[]): string[] {
  const committed = new Set(entries.map(({ actorId, event }) => `${actorId} ${event.seq}`));
  return [...inOrder].flatMap(([id, seqs]) =>
    seqs
      .filter((seq) => !committed.has(`${id} ${seq}`))
      .map((seq) => `${id} was acknowledged ${seq}, which is not among the committed changes`),
  );
}

function lostPatches({ patched, twins }: Evidence, entries: readonly Entry[]): string[] {
  const committed = new Set<string>();
  for (const { actorId, event } of entries) {
    if (event.type !== "twin.desired.updated") continue;
    for (const [key, value] of Object.entries(event.patch ?? {})) committed.add(`${actorId} ${key}=${value}`);
  }
  return patched.flatMap(({ gatewayId, key, value }) => {
    const name = `${gatewayId} ${key}=${value}`;
    if (!committed.has(name))
      return [`the patch ${name} was answered, but is not among the committed changes`];
    const final = twins.get(gatewayId)?.desired[key] ?? 0;
    return final < value ? [`the patch ${name} was answered, but the twin has ${final}`] : [];
  });
}

function doubledEntries(entries: readonly Entry[]): string[] {
  const counts = new Map<string, number>();
  for (const { actorId, event } of entries) {
    if (event.seq === undefined) continue;
    const key = `${actorId} ${event.boot}/${event.seq}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([key, count]) => `${key} was committed ${count} times`);
}

/**
 * Per partition: no gap, none twice, none of an older epoch after one of a newer. The registry has no partitions: its
 * events get their numbers before they are committed, and may overtake each other.
 */
function brokenRows(rows: readonly DeliveredRow[]): string[] {
  const last = new Map<string, DeliveredRow>();
  const broken: string[] = [];
  for (const row of rows) {
    if (row.type === "gateway") continue;
    const key = `${row.type}/${row.partition}`;
    const before = last.get(key);
    const isNext = row.pos === (before?.pos ?? 0) + 1 || (row.pos === before?.pos && row.first > 0);
    if (!isNext) broken.push(`${key}: position ${row.pos} after ${before?.pos ?? "none"}`);
    if (before && row.epoch < before.epoch)
      broken.push(`${key}: epoch ${row.epoch} at ${row.pos} after epoch ${before.epoch}`);
    last.set(key, row);
  }
  return broken;
}

/** Each committed change of a twin has the version after that of the one before, up to what the twin has at the end. */
function brokenVersions({ twins }: Evidence, entries: readonly Entry[]): string[] {
  const versions = new Map<string, number>();
  const broken: string[] = [];
  for (const { actorId, event } of entries) {
    if (!event.versions) continue;
    const before = versions.get(actorId) ?? 0;
    if (event.versions[0] !== before + 1)
      broken.push(`${actorId}: version ${event.versions[0]} was committed after ${before}`);
    versions.set(actorId, event.versions[0]);
  }
  for (const [id, { version }] of twins)
    if (version !== (versions.get(id) ?? 0))
      broken.push(`${id}: its twin has version ${version}, its changes end with ${versions.get(id)}`);
  return broken;
}

function sharedEpochs({ owners }: Evidence): string[] {
  return [...owners]
    .filter(([, nodeIds]) => nodeIds.size > 1)
    .map(([key, nodeIds]) => `${key} (type/partition/epoch) had several owners: ${[...nodeIds].join(", ")}`);
}
