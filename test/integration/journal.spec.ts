import { journalConformance } from "../conformance/journal.ts";
import { journalHistoryConformance } from "../conformance/journal-history.ts";
import { journalPagesConformance } from "../conformance/journal-pages.ts";
import { DATABASES } from "../helpers/databases.ts";

for (const [name, open] of DATABASES) {
  journalConformance(name, open);
  journalHistoryConformance(name, open);
  journalPagesConformance(name, open);
}
