import { parseArgs } from "node:util";

export const PARTS = ["throughput", "latency", "patch", "memory"] as const;
export type Part = (typeof PARTS)[number];
export type Options = { quick: boolean; parts: readonly Part[] };

/** `--quick`: one short round. `--only <part>`: that part alone (may be given again). */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { quick: { type: "boolean", default: false }, only: { type: "string", multiple: true } },
  });
  return { quick: values.quick, parts: values.only === undefined ? PARTS : values.only.map(partNamed) };
}

/** A part of the numbers must not replace all of them. */
export function writesResults({ quick, parts }: Options): boolean {
  return !quick && PARTS.every((part) => parts.includes(part));
}

function partNamed(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new Error(`--only takes one of ${PARTS.join(", ")}, not '${name}'`);
  return part;
}
