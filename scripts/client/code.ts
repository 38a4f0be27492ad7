import { execFileSync } from "node:child_process";
import type { ActionContract } from "../../actors/contracts/action.ts";
import { ACTIONS, WATCHES, type WatchName } from "../../actors/contracts/contract.ts";
import type { WatchContract } from "../../actors/contracts/watch.ts";
import type { Binding } from "../../services/bff/binding.ts";
import { membersOf, picked } from "../../services/bff/openapi/members.ts";
import { wordsOf } from "../../services/bff/openapi/operations.ts";
import { Schemas } from "../../services/bff/openapi/schemas.ts";
import { membersText, typeText } from "../../services/bff/openapi/type-text.ts";
import type { Schema } from "../../services/bff/openapi/types.ts";
import { bracedPath, parametersOf } from "../../services/bff/paths.ts";
import { type RestRoute, restRoutes } from "../../services/bff/routes.ts";

export const CLIENT_CODE = new URL("../../client/api.ts", import.meta.url);

/** The part of the client that follows from the contracts: types for the compiler, and where each param goes. */
export function clientCode(): string {
  const schemas = new Schemas();
  const calls = restRoutes().flatMap((route) => route.bindings.map((binding) => ({ route, binding })));
  const operations = calls.map(({ binding }) => operationText(binding, schemas));
  const watches = watchNames().map((name) => watchText(name, WATCHES[name], schemas));
  const types = Object.entries(schemas.named).map(([name, schema]) => typeDeclaration(name, schema));
  const routes = calls.map(({ route, binding }) => routeText(route, binding));
  const collections = calls.flatMap(({ binding: { action } }) => collectionText(action));
  return formatted(`/** Made from the contracts by \`npm run client\`; do not edit. */
import type { Route } from "./requests.ts";

${types.join("\n\n")}

export type Operations = {\n${operations.join("\n")}\n};

export type Watches = {\n${watches.join("\n")}\n};

export const OPERATIONS: { readonly [Name in keyof Operations]: Route } = {\n${routes.join("\n")}\n};

export const WATCHES: { readonly [Name in keyof Watches]: Route } = {\n${watchNames().map(watchRouteText).join("\n")}\n};

/** The member of each page that has its items. */
export const COLLECTIONS = {\n${collections.join("\n")}\n} as const;
`);
}

function watchNames(): WatchName[] {
  return Object.keys(WATCHES) as WatchName[];
}

function typeDeclaration(name: string, schema: Schema): string {
  return `export type ${name} = ${membersText(schema, noteOf)};`;
}

function operationText({ action, headers }: Binding, schemas: Schemas): string {
  const { summary = wordsOf(action), params, result }: ActionContract = ACTIONS[action];
  const others = [...membersOf(params).keys()].filter((name) => name !== "expectedVersion");
  const ours = new Set<string>(headers);
  const sent = new Set(others.filter((name) => !ours.has(name)));
  if (ours.has("expectedVersion")) sent.add("expectedVersion");
  const paramsText = membersText(schemas.of(picked(params, sent)), noteOf);
  return `${note(summary)}"${action}": { params: ${paramsText}; result: ${typeText(schemas.of(result))} };`;
}

function watchText(name: string, watch: WatchContract, schemas: Schemas): string {
  const { summary = wordsOf(name), params, data = {} } = watch;
  const names = [...membersOf(params).keys()].filter((name) => name !== "lastEventId");
  const paramsText = membersText(schemas.of(picked(params, new Set(names))), noteOf);
  return `${note(summary)}"${name}": { params: ${paramsText}; data: ${typeText(schemas.of(data))} };`;
}

function routeText({ method, path }: RestRoute, binding: Binding): string {
  const { action, query, bodyParam, bodyFields, contentTypes } = binding;
  const body = bodyFields.size > 0 ? null : bodyParam;
  const route = {
    method,
    path: bracedPath(path),
    query: [...query.keys()],
    ...(body !== undefined && { body, contentType: contentTypes[0] }),
  };
  return `"${action}": ${JSON.stringify(route)},`;
}

function watchRouteText(name: WatchName): string {
  const { params, rest }: WatchContract = WATCHES[name];
  const elsewhere = [...parametersOf(rest.path), "lastEventId"];
  const query = [...membersOf(params).keys()].filter((each) => !elsewhere.includes(each));
  return `"${name}": ${JSON.stringify({ method: "GET", path: bracedPath(rest.path), query })},`;
}

/** Nothing where the answer is not a page. */
function collectionText(action: keyof typeof ACTIONS): string[] {
  const { params, result }: ActionContract = ACTIONS[action];
  const members = membersOf(result);
  if (!membersOf(params).has("pageToken") || !members.has("nextPageToken")) return [];
  const collection = [...members].find(([, { schema }]) => schema.type === "array");
  return collection ? [`"${action}": "${collection[0]}",`] : [];
}

function noteOf({ description }: Schema): string {
  return typeof description === "string" ? note(description) : "";
}

function note(text: string): string {
  return `\n/** ${text.replaceAll("*/", "* /")} */\n`;
}

function formatted(code: string): string {
  return execFileSync("biome", ["format", "--stdin-file-path=client/api.ts"], {
    input: code,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });
}
