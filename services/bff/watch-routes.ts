import type { ServerResponse } from "node:http";
import { ANYONE } from "../../actors/contracts/access.ts";
import { WATCHES, type WatchName, type WatchParams } from "../../actors/contracts/contract.ts";
import { checker } from "../../actors/contracts/validate.ts";
import type { WatchContract } from "../../actors/contracts/watch.ts";
import type { Access } from "./access.ts";
import { propertiesOf } from "./binding.ts";
import { queryParams } from "./params.ts";
import { parametersOf } from "./paths.ts";
import { recorded, type Told } from "./recorded.ts";
import type { CallGuards, Exchange } from "./request-handler.ts";
import { OPENERS } from "./watch-openings.ts";
import type { Watches } from "./watches.ts";

export type WatchRoute = {
  readonly path: string;
  readonly serve: (exchange: Exchange, response: ServerResponse) => Promise<void>;
};

type WatchRoutesOptions = {
  readonly watches: () => Watches;
  readonly access: Access;
  readonly guards: CallGuards;
  readonly timeoutMs: number;
};

/** All watches of the contracts, as routes. */
export function watchRoutes(options: WatchRoutesOptions): WatchRoute[] {
  return (Object.keys(WATCHES) as WatchName[]).map((name) => watchRoute(name, options));
}

function watchRoute<Name extends WatchName>(
  name: Name,
  { watches, access, guards, timeoutMs }: WatchRoutesOptions,
): WatchRoute {
  const { params: schema, rest }: WatchContract = WATCHES[name];
  const inPath = parametersOf(rest.path);
  const inQuery = new Map([...propertiesOf(schema)].filter(([name]) => !inPath.includes(name)));
  const check = checker(schema);

  async function begin(told: Told, response: ServerResponse): Promise<void> {
    const { exchange } = told;
    const { request, context, parameters, query, requestId } = exchange;
    const permitted = () => permit(access, told);
    await permitted();
    const { principal } = told;
    await guards.admit({ principal, exchange });
    const given = { ...queryParams(inQuery, query), ...parameters };
    const params = check(await access.narrowed(context, principal, name, given)) as WatchParams<Name>;
    const lastEventId = String(request.headers["last-event-id"] ?? params.lastEventId ?? "") || undefined;
    const opened = () => OPENERS[name](context.broker, params, lastEventId);
    await watches().serve(response, requestId, opened, permitted);
  }

  return {
    path: rest.path,
    serve: (exchange, response) => {
      const address = access.addressOf(exchange.request);
      const told: Told = { principal: ANYONE, permission: name, exchange, address };
      return recorded({
        told,
        record: guards.record,
        timeoutMs,
        serve: () => begin(told, response),
        whenServed: (_, end) => whenClosed(response, () => end(200)),
      });
    },
  };
}

async function permit(access: Access, told: Told): Promise<void> {
  const { permission, exchange } = told;
  const { request, context, parameters } = exchange;
  told.principal = await access.authenticated(context, request, permission);
  await access.authorize(context, told.principal, permission, parameters);
}

function whenClosed(response: ServerResponse, listener: () => void): void {
  if (response.closed) listener();
  else response.once("close", listener);
}
