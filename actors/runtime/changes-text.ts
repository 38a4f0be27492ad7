import type { Change } from "./ports.ts";

const texts = new WeakMap<readonly Change[], string>();

/** Committed changes as JSON: the store and the bus both need it, and it is the dearest part of both. */
export function changesText(changes: readonly Change[]): string {
  const known = texts.get(changes);
  if (known !== undefined) return known;
  const text = JSON.stringify(changes);
  texts.set(changes, text);
  return text;
}
