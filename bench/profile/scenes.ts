import { Lane } from "../lane.ts";
import { QUICK } from "../plan.ts";
import { RestStage } from "../rest/rest-stage.ts";
import { COMMANDS, PATCH, READ, type RestRow } from "../rest/rows.ts";
import type { RestClient } from "../variants/rest-client.ts";

/** The product under a load of the bench. */
export type Scene = {
  /** Of the product, as an admin. */
  readonly rest: RestClient;
  /** Resolves when the load has ended. */
  readonly load: (ms: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
};

/** What can be profiled, by the part of the bench that it is of. */
export const SCENES = {
  throughput: openThroughput,
  "rest-read": () => openRest(READ),
  "rest-patch": () => openRest(PATCH),
  "rest-command": () => openRest(COMMANDS),
} as const satisfies Record<string, () => Promise<Scene>>;
export type SceneName = keyof typeof SCENES;

/** Gateways report as fast as they get their PUBACKs. */
async function openThroughput(): Promise<Scene> {
  const variant = QUICK.variants.find(({ kind }) => kind === "product");
  if (variant === undefined) throw new Error("the plan of the bench has no product");
  const lane = await Lane.open(variant);
  const { product } = lane.running;
  if (product === undefined) throw new Error("the product offers no REST");
  return { rest: product.rest, load: (ms) => lane.closedLoop(0, ms), close: () => lane.close() };
}

async function openRest(row: RestRow): Promise<Scene> {
  const stage = await RestStage.open();
  return { rest: stage.rest, load: (ms) => stage.run(row, 0, ms), close: () => stage.close() };
}
