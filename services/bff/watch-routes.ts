import type { ServerResponse } from "node:http";
import { WATCHES, type WatchName, type WatchParams } from "../../actors/contracts/contract.ts";
import { checker } from "../../actors/contracts/validate.ts";
import type { WatchContract } from "../../actors/contracts/watch.ts";
import { authenticated, authorize } from "./access.ts";
import { propertiesOf } from "./binding.ts";
import { queryParams } from "./params.ts";
import { parametersOf } from "./paths.ts";
import type { Exchange } from "./request-handler.ts";
import { OPENERS } from "./watch-openings.ts";
import type { Watches } from "./watches.ts";

export type WatchRoute = {
  readonly path: string;
  readonly serve: (exchange: Exchange, response: ServerResponse) => Promise<void>;
};

/** All watches of the contracts, as routes. */
export function watchRoutes(watches: () => Watches, timeoutMs: number): WatchRoute[] {
  return (Object.keys(WATCHES) as WatchName[]).map((name) => watchRoute(name, watches, timeoutMs));
}

function watchRoute<Name extends WatchName>(
  name: Name,
  watches: () => Watches,
  timeoutMs: number,
): WatchRoute {
  const { params: schema, rest }: WatchContract = WATCHES[name];
  const inPath = parametersOf(rest.path);
  const inQuery = new Map([...propertiesOf(schema)].filter(([name]) => !inPath.includes(name)));
  const check = checker(schema);
  return {
    path: rest.path,
    serve: async ({ request, context, parameters, query, requestId }, response) => {
      const principal = await authenticated(context, request, timeoutMs);
      authorize(principal, rest.role, name);
      const params = check({ ...queryParams(inQuery, query), ...parameters }) as WatchParams<Name>;
      const lastEventId = String(request.headers["last-event-id"] ?? params.lastEventId ?? "") || undefined;
      await watches().serve(response, requestId, () => OPENERS[name](context.broker, params, lastEventId));
    },
  };
}
