import { randomUUID } from "node:crypto";
import { DomainError } from "../../actors/contracts/errors.ts";
import { formatTraceparent, parseTraceparent } from "../../mixins/traces/traceparent.ts";

/** The caller's own id when it is harmless to log and send back, else a new one. */
export function newRequestId(header: string | string[] | undefined): string {
  const given = typeof header === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(header) ? header : undefined;
  return given ?? randomUUID();
}

export function bearerTokenOf(header: string | undefined): string {
  const [, token] = /^Bearer +([\x21-\x7e]{1,1024})$/i.exec(header ?? "") ?? [];
  if (token === undefined) throw new DomainError("UNAUTHENTICATED");
  return token;
}

/** The version of `If-Match: "7"`; undefined for none and for `*`, which any twin matches. */
export function expectedVersionOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === "*") return undefined;
  const [, digits] = /^"(\d{1,15})"$/.exec(header.trim()) ?? [];
  if (digits === undefined) throw badHeader("If-Match", 'is not one version in quotes, as in "7"');
  return Number(digits);
}

/** Does `If-None-Match` (a list, or `*`) name the entity tag? Compared weakly, as RFC 9110 says. */
export function isNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}

export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && /^[\x20-\x7e]{1,255}$/.test(header)) return header;
  throw badHeader("Idempotency-Key", "is not 1 to 255 printable ASCII characters");
}

/** W3C trace context, or nothing. */
export function traceparentOf(header: string | string[] | undefined): string | undefined {
  const context = parseTraceparent(header);
  return context && formatTraceparent(context);
}

function badHeader(field: string, description: string): DomainError {
  return new DomainError("INVALID_ARGUMENT", { problem: `${field} ${description}` }, [
    { field, description },
  ]);
}
