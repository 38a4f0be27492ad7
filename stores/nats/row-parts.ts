import { changesText } from "../../actors/runtime/changes-text.ts";
import type { Change, CommitRow, DeliveredRow } from "../../actors/runtime/ports.ts";

/** A row, or a part of it, as it goes into a message; the key is the same whenever the row is published. */
export type RowPart = { readonly key: string; readonly text: string };

type Limits = {
  /** Rows of more bytes are cut between their changes. */
  readonly cutAbove: number;
  /** A single change of more bytes can not be sent at all. */
  readonly refuseAbove: number;
};

/** The row in parts; it is one part unless it is very large. */
export function partsOf(row: CommitRow, { cutAbove, refuseAbove }: Limits): [RowPart, ...RowPart[]] {
  const whole = partOf(row, row.changes, 0);
  if (Buffer.byteLength(whole.text) <= cutAbove) return [whole];
  const parts: RowPart[] = [];
  for (let first = 0; first < row.changes.length; ) {
    const changes = fittingChanges(row.changes.slice(first), { cutAbove, refuseAbove });
    parts.push(partOf(row, changes, first));
    first += changes.length;
  }
  const [head, ...rest] = parts;
  return head ? [head, ...rest] : [whole];
}

function partOf(row: CommitRow, changes: readonly Change[], first: number): RowPart {
  const { type, partition, pos, epoch } = row;
  const place = JSON.stringify({ type, partition, pos, epoch, first } satisfies Omit<
    DeliveredRow,
    "changes"
  >);
  const text = `${place.slice(0, -1)},"changes":${changesText(changes)}}`;
  return { key: `${type}/${partition}/${pos}/${first}`, text };
}

/** As many from the start as one message takes, and at least one. */
function fittingChanges(changes: readonly Change[], { cutAbove, refuseAbove }: Limits): Change[] {
  const fitting: Change[] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = Buffer.byteLength(JSON.stringify(change));
    bytes += size;
    if (fitting.length > 0 && bytes > cutAbove) break;
    fitting.push(size <= refuseAbove ? change : tooLarge(change, size));
  }
  return fitting;
}

/** What no message can carry must not hold up what comes after it: it is told about in its place. */
function tooLarge({ actorId, time }: Change, bytes: number): Change {
  const error = `a change of ${bytes} bytes is too large for the event bus: raise max_payload of the NATS server`;
  return { actorId, time, deadLetter: { command: null, error } };
}
