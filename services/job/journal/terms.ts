import { GATEWAY_EVENT_PREFIX } from "../../../actors/contracts/journal.ts";
import { SEVERITIES, type Severity } from "../../../actors/contracts/severity.ts";
import type { Entry } from "./entries.ts";

/** The column's; what is cut off finds a few pages too many. */
const MAX_LENGTH = 260;

/** What a page can be found by: each is in the index once per page that has such an event. */
export const termOf = {
  gateway: (gatewayId: string) => `g:${gatewayId}`,
  type: (type: string) => cut(`t:${type}`),
  actor: (actor: string) => cut(actor.startsWith("gateway:") ? `g:${actor.slice(8)}` : `a:${actor}`),
  /** Pages with an event that is at least so severe. All pages have one that is INFO. */
  severity: (severity: Severity) => `s:${severity}`,
  /** Only of ids that do not say where the event comes from. */
  id: (id: string) => `i:${id}`,
  /** The end of a twin's history. */
  removal: (gatewayId: string) => `x:${gatewayId}`,
};

export function hasOwnId({ id }: Pick<Entry, "id">): boolean {
  return id.startsWith(GATEWAY_EVENT_PREFIX);
}

export function termsOf(entries: readonly Entry[]): Set<string> {
  const terms = new Set<string>();
  for (const entry of entries) addTerms(terms, entry);
  return terms;
}

function addTerms(terms: Set<string>, entry: Entry): void {
  const { gatewayId, type, actor, severity, version } = entry;
  terms.add(termOf.gateway(gatewayId)).add(termOf.type(type)).add(termOf.actor(actor));
  if (severity !== "INFO") {
    const reached = SEVERITIES.slice(1, SEVERITIES.indexOf(severity) + 1);
    for (const each of reached) terms.add(termOf.severity(each));
  }
  if (hasOwnId(entry)) terms.add(termOf.id(entry.id));
  if (version === 0) terms.add(termOf.removal(gatewayId));
}

function cut(term: string): string {
  return term.slice(0, MAX_LENGTH);
}
