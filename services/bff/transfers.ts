import type { ServerResponse } from "node:http";
import { ANYONE } from "../../actors/contracts/access.ts";
import type { ActionContract, RestBinding } from "../../actors/contracts/action.ts";
import { ACTIONS, type ActionName } from "../../actors/contracts/contract.ts";
import type { BlobStore } from "../../actors/runtime/blobs.ts";
import type { Access } from "./access.ts";
import { bindingOf } from "./binding.ts";
import { download } from "./download.ts";
import type { Idempotency } from "./idempotency.ts";
import { recorded, type Told } from "./recorded.ts";
import type { CallGuards, Exchange } from "./request-handler.ts";
import { Uploader } from "./uploader.ts";

type TransfersOptions = {
  readonly blobs: BlobStore;
  readonly access: Access;
  readonly guards: CallGuards;
  readonly timeoutMs: number;
  readonly idempotency: Idempotency;
};

export type TransferRoute = {
  readonly method: RestBinding["method"];
  readonly path: string;
  readonly serve: (exchange: Exchange, response: ServerResponse) => Promise<void>;
};

type Serve = (told: Told, response: ServerResponse) => Promise<void>;

/** Actions whose content goes past them, between the request or the answer and where it is kept. */
export function transferRoutes(options: TransfersOptions): TransferRoute[] {
  const uploader = new Uploader(options);
  return (Object.keys(ACTIONS) as ActionName[]).flatMap((name) => {
    const { rest }: ActionContract = ACTIONS[name];
    if (!rest?.transfer) return [];
    const binding = bindingOf(name, rest);
    const serve: Serve = (told, response) =>
      rest.transfer === "upload"
        ? uploader.serve(binding, told, response)
        : download(options, binding, told, response);
    return [{ method: rest.method, path: rest.path, serve: watched(options, name, serve) }];
  });
}

/** Who asks, may they, and what has become of it. */
function watched({ access, guards, timeoutMs }: TransfersOptions, permission: string, serve: Serve) {
  const begin = async (told: Told, response: ServerResponse) => {
    const { request, context, parameters } = told.exchange;
    told.principal = await access.authenticated(context, request, permission);
    await guards.admit({ principal: told.principal, exchange: told.exchange });
    await access.authorize(context, told.principal, permission, parameters);
    await serve(told, response);
  };
  return (exchange: Exchange, response: ServerResponse) => {
    const told: Told = {
      principal: ANYONE,
      permission,
      exchange,
      address: access.addressOf(exchange.request),
    };
    return recorded({
      told,
      record: guards.record,
      timeoutMs,
      serve: () => begin(told, response),
      whenServed: (_, end) => end(response.statusCode),
    });
  };
}
