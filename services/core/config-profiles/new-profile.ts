import { randomBytes } from "node:crypto";
import type { Params } from "../../../actors/contracts/contract.ts";
import { DomainError } from "../../../actors/contracts/errors.ts";
import type { JsonObject } from "../../../actors/contracts/json.ts";
import type { Limits } from "../../../actors/contracts/limits.ts";
import { checkDocument, exactBytes } from "../../../actors/twin/document-limits.ts";
import { applyMergePatch } from "../../../actors/twin/merge-patch.ts";
import { gatewayFilter } from "../../../mixins/gateway-filter.ts";
import type { ProfileRow } from "./rows.ts";

export type Settings = Pick<ProfileRow, "displayName" | "gatewayFilter" | "priority" | "desired" | "percent">;
type Given = Omit<Params<"config-profiles.update">, "configProfileId">;

const DEFAULTS = { displayName: "", gatewayFilter: "", priority: 0, percent: 100 };

/** What a new profile is set to. */
export function newSettings(given: Given & { readonly desired: JsonObject }, limits: Limits): Settings {
  return { ...DEFAULTS, ...given, ...checkedSettings(given, limits), desired: textOf(given.desired, limits) };
}

/** Those that are given, as they are stored. Throws when a filter or a document cannot be. */
export function checkedSettings({ desired, ...given }: Given, limits: Limits): Partial<Settings> {
  if (given.gatewayFilter !== undefined) gatewayFilter(given.gatewayFilter);
  return { ...given, ...(desired && { desired: textOf(desired, limits) }) };
}

/** 48 random bits. */
export function newProfileId(): string {
  return `profile-${randomBytes(6).toString("hex")}`;
}

/** A section has no null members; a profile has none either. */
function textOf(desired: JsonObject, limits: Limits): string {
  checkDocument("profile", desired, limits);
  const document = applyMergePatch({}, desired);
  const [size, limit] = [exactBytes(document), limits.sectionBytes];
  if (size > limit) throw new DomainError("SECTION_TOO_LARGE", { section: "desired", size, limit });
  return JSON.stringify(document);
}
