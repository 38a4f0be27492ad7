import { parseArgs } from "node:util";

export type FuzzArguments = {
  readonly requests: number;
  readonly seed: number;
  /** Of operation ids. */
  readonly only: RegExp;
};

export const USAGE =
  "usage: npm run fuzz -- [--requests 20000] [--seed <number>] [--only <pattern of operation ids>]";

/** Throws with what is wrong. */
export function parseFuzzArguments(args: readonly string[]): FuzzArguments {
  const options = {
    requests: { type: "string", default: "20000" },
    seed: { type: "string" },
    only: { type: "string", default: "" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const seed = values.seed ?? String(Date.now() % 2 ** 31);
  return {
    requests: wholeNumber("requests", values.requests),
    seed: wholeNumber("seed", seed),
    only: new RegExp(values.only),
  };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number`);
}
