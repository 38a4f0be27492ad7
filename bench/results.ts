import type { Environment } from "./environment.ts";
import type { LatencyRow } from "./parts/latency.ts";
import type { MemoryResult } from "./parts/memory.ts";
import type { PatchResult } from "./parts/patch-probe.ts";
import type { Throughput } from "./parts/throughput.ts";
import type { RestResult } from "./rest/rest.ts";
import type { Variant } from "./variants/variant.ts";
import type { Verification } from "./verify.ts";

export type VerifiedVariant = { title: string; verification: Verification };
export type VariantInfo = Pick<
  Variant,
  "kind" | "title" | "gateways" | "ackPoint" | "syncPolicy" | "inFlight" | "window"
>;

/** All that one run found; a part that was not asked for is absent. */
export type Results = {
  date: Date;
  environment: Environment;
  measureMs: number;
  variants: VariantInfo[];
  throughput?: Throughput;
  latency?: LatencyRow[];
  patch?: PatchResult | undefined;
  rest?: RestResult;
  memory?: MemoryResult[];
  verified: VerifiedVariant[];
};

/** What makes the figures worthless, however good they look: lost messages, or too few rounds on a steady machine. */
export function faultsOf({ verified, throughput, rest }: Results, rounds: number): string[] {
  const steady = Math.min(throughput?.rounds.length ?? rounds, rest?.rounds.length ?? rounds);
  return [
    ...(steady < rounds ? [`only ${steady} of ${rounds} rounds met a steady machine`] : []),
    ...verified.flatMap(({ title, verification: { wrong } }) =>
      wrong.length === 0 ? [] : [`${title} has ${wrong.length} wrong twins: ${wrong.slice(0, 3).join("; ")}`],
    ),
  ];
}
