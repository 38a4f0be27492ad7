import { createHash } from "node:crypto";
import { DomainError } from "../actors/contracts/errors.ts";

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/** Where a page ended: the sort key of its last row. */
export type Key = readonly (string | number)[];

export function pageSizeOf(pageSize: number | undefined): number {
  return Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
}

/** An opaque token that fits only the same list: `scope` says filter and order. */
export function pageTokenOf(scope: readonly string[], key: Key | undefined): string {
  return key ? Buffer.from(JSON.stringify([bindingOf(scope), ...key])).toString("base64url") : "";
}

/** Undefined for the first page. `shape` is a key like those expected. */
export function keyOfToken(token: string | undefined, scope: readonly string[], shape: Key): Key | undefined {
  if (!token) return undefined;
  const [binding, ...key] = partsOf(token);
  const isSame =
    key.length === shape.length && key.every((part, index) => typeof part === typeof shape[index]);
  if (binding !== bindingOf(scope) || !isSame) throw badToken();
  return key;
}

function badToken(): DomainError {
  const description = "is not from this list with this filter and order";
  return new DomainError("INVALID_PAGE_TOKEN", {}, [{ field: "pageToken", description }]);
}

function partsOf(token: string): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    return Array.isArray(parts) ? parts.filter(isKeyPart) : [];
  } catch {
    return [];
  }
}

function isKeyPart(part: unknown): part is string | number {
  return typeof part === "string" || typeof part === "number";
}

function bindingOf(scope: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(scope)).digest("base64url").slice(0, 11);
}

export type Order<Field extends string> = { readonly field: Field; readonly descending: boolean };

/** `field` or `field desc` of the allowed fields; the first of them when not given. */
export function orderOf<Field extends string>(
  text: string | undefined,
  fields: readonly [Field, ...Field[]],
): Order<Field> {
  const [name = "", direction = "asc", ...more] = (text ?? "").trim().split(/\s+/);
  const field = name === "" ? fields[0] : fields.find((each) => each === name);
  if (field === undefined || more.length > 0 || !/^(asc|desc)$/.test(direction)) throw badOrder(fields);
  return { field, descending: direction === "desc" };
}

function badOrder(fields: readonly string[]): DomainError {
  const description = `must be one of ${fields.join(", ")}, each with or without ' desc'`;
  return new DomainError("INVALID_ARGUMENT", { problem: `orderBy ${description}` }, [
    { field: "orderBy", description },
  ]);
}

type Scan<Row> = {
  readonly pageSize: number;
  readonly start: Key | undefined;
  /** At most `limit` rows after the key, in order. */
  readonly fetch: (after: Key | undefined, limit: number) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => Key;
  readonly accepts: (row: Row) => boolean;
  /** Rows that are fetched at once at most: few, where they are large. */
  readonly maxChunk?: number;
};

const MAX_CHUNKS = 20;
const MAX_CHUNK = 1000;

/**
 * A page of the rows that are accepted. One call looks at a bounded number of rows, so a page may be short or
 * even empty and still have a next one (AIP-158).
 */
export async function scanPage<Row>(scan: Scan<Row>): Promise<{ rows: Row[]; next: Key | undefined }> {
  const { pageSize, fetch, keyOf, accepts, maxChunk = MAX_CHUNK } = scan;
  const rows: Row[] = [];
  let after = scan.start;
  for (let scanned = 0; scanned < MAX_CHUNKS * maxChunk; ) {
    // One more than needed tells whether there is a next page; selective filters are worth larger chunks.
    const limit = scanned === 0 ? Math.min(pageSize + 1, maxChunk) : maxChunk;
    const chunk = await fetch(after, limit);
    for (const row of chunk.filter(accepts)) {
      const last = rows.at(-1);
      if (last && rows.length === pageSize) return { rows, next: keyOf(last) };
      rows.push(row);
    }
    const end = chunk.at(-1);
    if (!end || chunk.length < limit) return { rows, next: undefined };
    after = keyOf(end);
    scanned += chunk.length;
  }
  return { rows, next: after };
}
