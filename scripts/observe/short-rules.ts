import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { RULE_FILES } from "../servers/prometheus.ts";

/** How far the shortened rules look back; it has to hold some scrapes. */
const RANGE = "6s";
const FOR = "1s";

type RuleFile = { readonly groups: readonly { readonly rules: readonly { readonly alert?: string }[] }[] };

/** The rules that ship with all their times made short, so that a proof needs not wait; nothing else is changed. */
export function writeShortRules(directory: string): string[] {
  return RULE_FILES.map((path) => {
    const short = join(directory, basename(path));
    writeFileSync(short, shortened(readFileSync(path, "utf8")));
    return short;
  });
}

export function shortened(rules: string): string {
  return rules
    .replaceAll(/\[\d+[smhd]\]/g, `[${RANGE}]`)
    .replaceAll(/\boffset \d+[smhd]\b/g, `offset ${RANGE}`)
    .replaceAll(/\bfor: \d+[smhd]\b/g, `for: ${FOR}`);
}

/** The names of all alerts that ship. */
export function alertNames(): string[] {
  return RULE_FILES.flatMap((path) => {
    const { groups }: RuleFile = parse(readFileSync(path, "utf8"));
    return groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
  });
}
