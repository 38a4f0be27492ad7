import type { JsonObject } from "../../contracts/json.ts";
import { bytesBound } from "../document-limits.ts";
import { applyMergePatch } from "../merge-patch.ts";
import type { Section } from "../state.ts";
import { stampLeaves } from "../times.ts";

/** A section after a (minimal) merge patch. */
export function applyToSection(section: Section, patch: JsonObject, now: number, exact?: number): Section {
  return {
    state: applyMergePatch(section.state, patch),
    times: stampLeaves(section.times, section.state, patch, now),
    version: section.version + 1,
    updateTime: now,
    bytes: exact ?? section.bytes + bytesBound(patch),
  };
}
