/** A family of a page in Prometheus' text format. */
export type Family = {
  readonly type: string;
  readonly help: string;
  /** Without `le`. */
  readonly labels: Map<string, Set<string>>;
};

const SERIES = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/i;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/gi;

/** Throws where the page is not of the format. */
export function familiesOf(page: string): Map<string, Family> {
  const families = new Map<string, Family>();
  const helps = new Map<string, string>();
  for (const line of page.split("\n").filter((each) => each !== "")) {
    const [, kind = "", name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === "HELP") helps.set(name, rest);
    else if (kind === "TYPE")
      begin(families, name, { type: rest, help: helps.get(name) ?? "", labels: new Map() });
    else addSeries(families, line);
  }
  return families;
}

function begin(families: Map<string, Family>, name: string, family: Family): void {
  if (families.has(name)) throw new Error(`the family ${name} is there twice`);
  families.set(name, family);
}

function addSeries(families: Map<string, Family>, line: string): void {
  const [, name = "", text = "", value = ""] = SERIES.exec(line) ?? [];
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ""));
  if (!family || !Number.isFinite(Number(value))) throw new Error(`no series of a family: ${line}`);
  for (const [, label = "", labelValue = ""] of text.matchAll(LABEL)) {
    if (label === "le") continue;
    family.labels.set(label, (family.labels.get(label) ?? new Set()).add(labelValue));
  }
}
