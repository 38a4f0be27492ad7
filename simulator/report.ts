import type { Totals } from "./fleet.ts";
import type { Verdict } from "./verdict.ts";

const MAX_OFFENDERS = 10;
const PLAIN_EVERY_S = 5;

interface Patches {
  readonly ok: number;
  readonly failed: number;
  readonly lastError: string | undefined;
}

interface Played {
  readonly readings: number;
  readonly malformed: number;
}

export function progressLine(phase: string, totals: Totals, patches: Patches): string {
  return [
    `${phase}: ${totals.connected}/${totals.gateways} connected`,
    `reports ${totals.sent} sent ${totals.acknowledged} acknowledged`,
    `deltas ${totals.deltas + totals.fulls}`,
    `reconnects ${totals.reconnects}`,
    `patches ${patches.ok} ok ${patches.failed} failed`,
  ].join(" | ");
}

export function summary(
  totals: Totals,
  patches: Patches,
  verdicts: readonly Verdict[],
  played: Played | undefined,
): string {
  const rows: readonly (readonly [string, number])[] = [
    ["gateways", totals.gateways],
    ["converged", verdicts.filter((verdict) => verdict.converged).length],
    ["readings played", played?.readings ?? 0],
    ["malformed lines", played?.malformed ?? 0],
    ["reports sent", totals.sent],
    ["reports acknowledged", totals.acknowledged],
    ["reports resent", totals.resent],
    ["deltas received", totals.deltas],
    ["full documents received", totals.fulls],
    ["messages refused", totals.refused],
    ["malformed messages received", totals.malformed],
    ["reconnects", totals.reconnects],
    ["REST patches ok", patches.ok],
    ["REST patches failed", patches.failed],
    ["lost", verdicts.reduce((lost, verdict) => lost + verdict.lost, 0)],
  ];
  const replayOnly = ["readings played", "malformed lines"];
  const shown = rows.filter(([label]) => played !== undefined || !replayOnly.includes(label));
  return shown.map(([label, value]) => `${label.padEnd(28)}${String(value).padStart(10)}`).join("\n");
}

export function offenders(verdicts: readonly Verdict[]): string {
  const bad = verdicts.filter((verdict) => !isGood(verdict));
  const lines = bad
    .slice(0, MAX_OFFENDERS)
    .map(({ gatewayId, lost, differences }) => `${gatewayId} (lost ${lost}): ${differences.join("; ")}`);
  const more = bad.length - lines.length;
  return [...lines, ...(more > 0 ? [`... and ${more} more`] : [])].join("\n");
}

export function isGood(verdict: Verdict): boolean {
  return verdict.converged && verdict.lost === 0;
}

/** One line a second, over itself on a terminal; elsewhere a line of its own every 5 s. */
export class Progress {
  readonly #line: () => string;
  readonly #timer: NodeJS.Timeout;
  #seconds = 0;
  #width = 0;

  constructor(line: () => string) {
    this.#line = line;
    this.#timer = setInterval(() => this.#print(), 1000);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#width > 0) process.stdout.write("\n");
    this.#width = 0;
  }

  #print(): void {
    this.#seconds++;
    if (process.stdout.isTTY) {
      const line = this.#line().slice(0, process.stdout.columns - 1);
      process.stdout.write(`\r${line.padEnd(this.#width)}`);
      this.#width = line.length;
    } else if (this.#seconds % PLAIN_EVERY_S === 0) console.log(this.#line());
  }
}
