import { DomainError } from "../../actors/contracts/errors.ts";

/** From `start` to `end`, without that byte. */
type ByteRange = { readonly start: number; readonly end: number };

/**
 * What `Range` asks for of `size` bytes (RFC 9110, 14.2); undefined: all of it, also when it is not understood or asks
 * for several ranges. Throws RANGE_NOT_SATISFIABLE.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (start >= end) throw new DomainError("RANGE_NOT_SATISFIABLE", { size });
  return { start, end };
}
