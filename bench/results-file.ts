import { readFile, writeFile } from "node:fs/promises";

const RESULTS_FILE = new URL("RESULTS.md", import.meta.url);
const CLUSTER_HEADING = "# Cluster\n";

export type Reports = { embedded?: string; cluster?: string };

/** Replaces what there is a new report of; the other one stays. */
export async function writeReports(reports: Reports): Promise<void> {
  const old = await readFile(RESULTS_FILE, "utf8").catch(() => "");
  await writeFile(RESULTS_FILE, merged(old, reports));
}

export function merged(old: string, { embedded, cluster }: Reports): string {
  const at = old.indexOf(CLUSTER_HEADING);
  const [first, second] = at < 0 ? [old, ""] : [old.slice(0, at), old.slice(at)];
  const sections = [embedded ?? first, cluster ?? second].map((text) => text.trim());
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}
