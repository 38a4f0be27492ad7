import { DomainError } from "../../../actors/contracts/errors.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import { DEFAULT_LIMITS } from "../../../actors/contracts/limits.ts";
import { checkDocument } from "../../../actors/twin/document-limits.ts";

const MAX_BOARD_BYTES = 4096;

export type BoardRefusal = "too_large" | "not_allowed";

/** A board as the text that is kept, or why it is not kept. */
export function boardText(board: JsonObject): { readonly text: string } | { readonly refusal: BoardRefusal } {
  try {
    // Before the text is made: nesting without end has none.
    checkDocument("board", board, DEFAULT_LIMITS);
  } catch (error) {
    if (error instanceof DomainError) return { refusal: "not_allowed" };
    throw error;
  }
  const text = JSON.stringify(board);
  return isTooLarge(text) ? { refusal: "too_large" } : { text };
}

/** The newer values win, whole; undefined when both together are too large. */
export function mergedBoard(older: string, newer: string): string | undefined {
  const text = JSON.stringify({ ...JSON.parse(older), ...JSON.parse(newer) });
  return isTooLarge(text) ? undefined : text;
}

function isTooLarge(text: string): boolean {
  return text.length > MAX_BOARD_BYTES || Buffer.byteLength(text) > MAX_BOARD_BYTES;
}
