import { parseArgs } from "node:util";

export const USAGE = `npm run observe -- [options]
  --nodes N        how many nodes, each with all roles (3)
  --gateways N     how many simulated gateways (100)
  --for SECONDS    ends by itself after so long (else at a Ctrl-C)
  --prove          proves that the dashboards have data and the alerts fire, and ends; exit code 1 when not`;

export type ObserveOptions = {
  readonly nodes: number;
  readonly gateways: number;
  readonly seconds: number | undefined;
  readonly prove: boolean;
};

/** Throws an error whose message is one line. */
export function parseOptions(args: readonly string[]): ObserveOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: { type: "string", default: "3" },
      gateways: { type: "string", default: "100" },
      for: { type: "string" },
      prove: { type: "boolean", default: false },
    },
  });
  if (values.prove && values.for !== undefined)
    throw new Error("--for and --prove do not go together: a proof ends when it is done");
  return {
    nodes: count("--nodes", values.nodes, values.prove ? 2 : 1, 9),
    gateways: count("--gateways", values.gateways, 2, 10_000),
    seconds: values.for === undefined ? undefined : count("--for", values.for, 1, 86_400),
    prove: values.prove,
  };
}

function count(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`${option}: '${text}' is not a number from ${least} to ${most}`);
}
