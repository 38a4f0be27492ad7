import type { LoadResult } from "./generator/commands.ts";
import { median } from "./stats.ts";

/** The results of one round by variant title. */
export type Round = ReadonlyMap<string, LoadResult>;

const TOLERANCE = 0.25;

export function messagesPerSecond({ completed, seconds }: LoadResult): number {
  return completed / seconds;
}

export function cpuPer100k({ completed, cpuSeconds }: LoadResult): { server: number; generator: number } {
  const scale = 100_000 / completed;
  return { server: cpuSeconds.server * scale, generator: cpuSeconds.generator * scale };
}

/** A round is trusted when its floor is near the median floor: else other work was on the machine. */
export function splitRounds<R extends Round>(
  rounds: readonly R[],
  floor: string,
): { kept: R[]; rejected: R[] } {
  const rates = rounds.map((round) => rateIn(round, floor) ?? Number.NaN);
  const middle = median(rates);
  const steady = (_round: R, index: number) =>
    Math.abs((rates[index] ?? Number.NaN) / middle - 1) <= TOLERANCE;
  return {
    kept: rounds.filter(steady),
    rejected: rounds.filter((round, index) => !steady(round, index)),
  };
}

/** Each round starts with another one, so that none always follows the same one. */
export function rotated<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** Ratios are taken inside a round, where both sides met the same machine. */
export function ratios(rounds: readonly Round[], title: string, base: string): number[] {
  return rounds.flatMap((round) => {
    const [mine, theirs] = [rateIn(round, title), rateIn(round, base)];
    return mine === undefined || theirs === undefined ? [] : [mine / theirs];
  });
}

export function resultsOf<L extends LoadResult>(
  rounds: readonly ReadonlyMap<string, L>[],
  title: string,
): L[] {
  return rounds.flatMap((round) => round.get(title) ?? []);
}

function rateIn(round: Round, title: string): number | undefined {
  const result = round.get(title);
  return result && messagesPerSecond(result);
}
