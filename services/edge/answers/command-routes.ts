import type { TwinRoutes } from "../ingest/twin-routes.ts";
import type { SendAnswers } from "./answer-call.ts";

/** Who owns the commands of gateways, as far as is known here. */
export type CommandRoutes = TwinRoutes;

/** How an edge reaches the owners of commands. */
export type CommandWay = {
  readonly routes: Pick<CommandRoutes, "ownerOf" | "learn">;
  readonly send: SendAnswers;
};
