import { setTimeout as delay } from "node:timers/promises";
import { type Caller, call } from "../../../mixins/bridge.ts";
import type { Sql } from "../../../stores/sql/sql.ts";
import { loadBases } from "./bases.ts";
import { changesOf } from "./changes.ts";
import { startOfHistory } from "./history.ts";
import { indexUp } from "./indexing.ts";

const NEWEST = { before: Number.MAX_SAFE_INTEGER, isNewestFirst: true, pages: 1 };
const MAX_WAIT_MS = 2000;
const FIRST_PAUSE_MS = 5;
const LAST_PAUSE_MS = 100;

/**
 * Waits, for a moment at most, until the journal has what the twin has: who was told of a version finds it in the
 * history. The twin commits first; the journal hears of it over the bus.
 */
export async function untilKnown(sql: Sql, caller: Caller, gatewayId: string): Promise<void> {
  const version = await versionOf(caller, gatewayId);
  const deadline = performance.now() + MAX_WAIT_MS;
  for (let pause = FIRST_PAUSE_MS; performance.now() < deadline; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
    if ((await knownVersion(sql, gatewayId)) >= version) return;
    await delay(pause);
  }
}

/** What is kept can be read also while the twin cannot. */
async function versionOf(caller: Caller, gatewayId: string): Promise<number> {
  const timeout = MAX_WAIT_MS;
  return call(caller, "twins.get", { gatewayId }, { timeout }).then(
    ({ version }) => version,
    () => 0,
  );
}

/** Of the last change in the journal; of one that is no longer kept when there is none. */
async function knownVersion(sql: Sql, gatewayId: string): Promise<number> {
  await indexUp(sql);
  const after = await startOfHistory(sql, gatewayId);
  for await (const { version } of changesOf(sql, gatewayId, { ...NEWEST, after })) return version ?? 0;
  const base = after === 0 ? (await loadBases(sql, [gatewayId])).get(gatewayId) : undefined;
  // Of a base with gaps the version is not known, nor would waiting help.
  return base ? (base.state?.version ?? Number.MAX_SAFE_INTEGER) : 0;
}
