import { DomainError } from "../../contracts/errors.ts";
import type { JsonObject } from "../../contracts/json.ts";
import type { Limits } from "../../contracts/limits.ts";
import type { Versions } from "../contract.ts";
import { bytesBound, checkDocument, exactBytes } from "../document-limits.ts";
import { applyMergePatch, minimizePatch } from "../merge-patch.ts";
import type { TwinState } from "../state.ts";

export type TwinRules = { readonly limits: Limits };

type SectionName = "desired" | "reported";
/** Of a section: a minimal patch, and the exact size after it where that had to be counted. */
export type Change = { readonly patch: JsonObject; readonly bytes?: number };

export function requireVersion(state: TwinState, expected: number | undefined): void {
  if (expected === undefined || expected === state.version) return;
  throw new DomainError("VERSION_MISMATCH", { expectedVersion: expected, currentVersion: state.version });
}

/** What the versions are after a change of the section. */
export function nextVersions(state: TwinState, name: SectionName): Versions {
  return [state.version + 1, state[name].version + 1];
}

/** The smallest patch with the effect of `patch` on the section; undefined when it changes nothing. */
export function changeOf(
  rules: TwinRules,
  name: SectionName,
  state: TwinState,
  patch: JsonObject,
): Change | undefined {
  checkDocument(`${name} patch`, patch, rules.limits);
  const minimal = minimizePatch(state[name].state, patch);
  return minimal && withinSize(rules, name, state, minimal);
}

/** Counts the exact size only when the cheap upper bound passes the limit. */
export function withinSize(rules: TwinRules, name: SectionName, state: TwinState, patch: JsonObject): Change {
  const section = state[name];
  const limit = rules.limits.sectionBytes;
  if (section.bytes + bytesBound(patch) <= limit) return { patch };
  const bytes = exactBytes(applyMergePatch(section.state, patch));
  if (bytes > limit) throw new DomainError("SECTION_TOO_LARGE", { section: name, size: bytes, limit });
  return { patch, bytes };
}
