import { DomainError } from "../../../actors/contracts/errors.ts";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { Twin } from "../../../actors/contracts/twins.ts";
import { EMPTY_TWIN } from "../../../actors/twin/state.ts";
import { viewOf } from "../../../actors/twin/view.ts";
import { twinResource } from "../../../mixins/twin-resource.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";
import { loadBases } from "./bases.ts";
import { boundsOf } from "./bounds.ts";
import { foldStep, type Known } from "./fold.ts";
import { startOfHistory } from "./history.ts";
import { readEvents } from "./rows.ts";

const PAGE = 500;
const MAX_TRIES = 20;

/** A version of the twin, or a time in epoch milliseconds. */
type Moment = { readonly version: number } | { readonly time: number };

type Found = {
  readonly state: Known;
  /** Up to an event that is kept: its version has proved that nothing was missing. */
  readonly isFolded?: boolean;
  readonly isToCome?: boolean;
};

/** The twin as it was at a version, or after the last change up to a time. */
export async function twinAt(sql: Sql, gateway: Gateway, at: string): Promise<Twin> {
  const moment = momentOf(at);
  if ("time" in moment && moment.time < Date.parse(gateway.createTime)) throw notFound(gateway, at);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { trimmed } = await boundsOf(sql);
    const found = await stateAt(sql, gateway.gatewayId, moment);
    // Else the base may be from before events were removed, and what was read after it from after that.
    const isSure = found.isFolded || (await boundsOf(sql)).trimmed === trimmed;
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
  const end = await placeOf(sql, gatewayId, start, moment);
  const oldest = base ? base.state : EMPTY_TWIN;
  if (end !== undefined) {
    const state = await foldUpTo(sql, gatewayId, start, end, oldest);
    return { state, isFolded: state !== undefined };
  }
  // None of the events that are kept had happened by then.
  if ("time" in moment) return { state: base && base.time > moment.time ? undefined : oldest };
  return {
    state: oldest?.version === moment.version ? oldest : undefined,
    isToCome: oldest !== undefined && moment.version > oldest.version,
  };
}

/** The place of the last change that counts; undefined when none of those that are kept does. */
async function placeOf(
  sql: Sql,
  gatewayId: string,
  start: number,
  moment: Moment,
): Promise<number | undefined> {
  const statement = new Statement();
  const of = `gateway_id = ${statement.value(gatewayId)} AND version > 0 AND seq > ${statement.value(start)}`;
  const until =
    "version" in moment
      ? `version = ${statement.value(moment.version)}`
      : `time <= ${statement.value(moment.time)}`;
  const select = `SELECT seq FROM journal_events WHERE ${of} AND ${until} ORDER BY seq DESC LIMIT 1`;
  const [row] = await sql.read<{ seq: number }>(select, statement);
  return row && Number(row.seq);
}

async function foldUpTo(
  sql: Sql,
  gatewayId: string,
  start: number,
  end: number,
  base: Known,
): Promise<Known> {
  let state = base;
  for (let after = start; after < end && state; ) {
    const statement = new Statement();
    const of = `gateway_id = ${statement.value(gatewayId)} AND version > 0`;
    const range = `seq > ${statement.value(after)} AND seq <= ${statement.value(end)}`;
    const rows = await readEvents(sql, statement, `WHERE ${of} AND ${range} ORDER BY seq LIMIT ${PAGE}`);
    for (const row of rows) state = foldStep(state, row);
    after = rows.length < PAGE ? end : (rows.at(-1)?.seq ?? end);
  }
  return state;
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
