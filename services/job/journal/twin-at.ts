import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { Twin } from "../../../actors/contracts/twins.ts";
import { EMPTY_TWIN } from "../../../actors/twin/state.ts";
import { viewOf } from "../../../actors/twin/view.ts";
import { twinResource } from "../../../mixins/twin-resource.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { loadBases } from "./bases.ts";
import { boundsOf } from "./bounds.ts";
import { changesOf } from "./changes.ts";
import { foldStep, type Known } from "./fold.ts";
import { startOfHistory } from "./history.ts";
import { indexUp } from "./indexing.ts";
import type { EventRow } from "./pages.ts";

const ALL = { before: Number.MAX_SAFE_INTEGER, isNewestFirst: false, pages: 100 };
const MAX_TRIES = 20;

/** A version of the twin, or a time in epoch milliseconds. */
type Moment = { readonly version: number } | { readonly time: number };

type Found = {
  readonly state: Known;
  /** The first event that was folded: that versions join has proved that nothing was missing from there on. */
  readonly first?: number;
  readonly isToCome?: boolean;
};

/** The twin as it was at a version, or after the last change up to a time. */
export async function twinAt(sql: Sql, gateway: Gateway, at: string): Promise<Twin> {
  const moment = momentOf(at);
  if ("time" in moment && moment.time < Date.parse(gateway.createTime)) throw notFound(gateway, at);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await boundsOf(sql);
    await indexUp(sql);
    const found = await stateAt(sql, gateway.gatewayId, moment);
    const { trimmed } = await boundsOf(sql);
    // Else the base may be from before events were removed, and what was read after it from after that.
    const isSure = trimmed === before.trimmed || (found.first !== undefined && found.first > trimmed);
    if (isSure) return resourceOf(gateway, at, found);
  }
  throw new DomainError("OVERLOADED");
}

function resourceOf(gateway: Gateway, at: string, { state, isToCome }: Found): Twin {
  if (isToCome) throw notFound(gateway, at);
  if (state) return twinResource(gateway, viewOf(gateway.gatewayId, state));
  throw new DomainError("NO_LONGER_KEPT", { what: `The twin of '${gateway.gatewayId}' at '${at}'` });
}

async function stateAt(sql: Sql, gatewayId: string, moment: Moment): Promise<Found> {
  const start = await startOfHistory(sql, gatewayId);
  const bases = await loadBases(sql, [gatewayId]);
  const base = start === 0 ? bases.get(gatewayId) : undefined;
  const oldest = base ? base.state : EMPTY_TWIN;
  const found = await foldUpTo(changesOf(sql, gatewayId, { ...ALL, after: start }), oldest, moment);
  if (found) return found;
  // None of the events that are kept had happened by then.
  if ("time" in moment) return { state: base && base.time > moment.time ? undefined : oldest };
  return {
    state: oldest?.version === moment.version ? oldest : undefined,
    isToCome: oldest !== undefined && moment.version > oldest.version,
  };
}

/** The state after the last change that counts; undefined when none of them does. */
async function foldUpTo(
  changes: AsyncIterable<EventRow>,
  oldest: Known,
  moment: Moment,
): Promise<Found | undefined> {
  let state = oldest;
  let first: number | undefined;
  let found: Found | undefined;
  for await (const row of changes) {
    first ??= row.seq;
    state = foldStep(state, row);
    const counts = "version" in moment ? row.version === moment.version : row.time <= moment.time;
    if (counts) found = state ? { state, first } : { state };
    if (counts && "version" in moment) break;
  }
  return found;
}

function momentOf(at: string): Moment {
  if (/^\d{1,15}$/.test(at)) return { version: Number(at) };
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(at)
    ? Date.parse(at)
    : Number.NaN;
  if (!Number.isNaN(time)) return { time };
  const description = "is neither a version nor a time as in 2026-03-01T00:00:00Z";
  throw new DomainError("INVALID_ARGUMENT", { problem: `at ${description}` }, [{ field: "at", description }]);
}

function notFound({ gatewayId }: Gateway, at: string): DomainError {
  return new DomainError("VERSION_NOT_FOUND", { gatewayId, at });
}
