import type { ActionContract } from "../../../actors/contracts/action.ts";
import { ACTIONS, type ActionName, WATCHES, type WatchName } from "../../../actors/contracts/contract.ts";
import pack from "../../../package.json" with { type: "json" };
import { bindingOf } from "../binding.ts";
import { bracedPath } from "../paths.ts";
import { type RestRoute, restRoutes } from "../routes.ts";
import { ErrorBody } from "./error-schema.ts";
import { errorResponses } from "./errors.ts";
import { ANSWER_HEADERS, HEADER_PARAMETERS } from "./headers.ts";
import { operationOf } from "./operations.ts";
import { PAGE_OPERATIONS } from "./page-operations.ts";
import { Schemas } from "./schemas.ts";
import { transferOperation } from "./transfer-operations.ts";
import type { OpenApiDocument, Operation, PathItem } from "./types.ts";
import { watchOperation } from "./watch-operations.ts";

const DESCRIPTION = `Digital twins of remote gateways.

Lists take \`pageSize\`, \`pageToken\`, \`filter\` (AIP-160) and \`orderBy\`; the last page has an empty \`nextPageToken\`.
Members and query parameters that are not known are refused. Every path that takes GET takes HEAD too. Times are RFC 3339
in UTC. Every error has the same form (AIP-193): branch on the reason of its ErrorInfo.`;

/** The whole open API, derived from the contracts of all services. */
export function openApiDocument(): OpenApiDocument {
  const schemas = new Schemas();
  const error = schemas.of(ErrorBody);
  const operations = [...callsOf(schemas), ...transfersOf(schemas), ...watchesOf(schemas), ...pages()];
  const tags = new Set(operations.flatMap(({ operation }) => operation.tags));
  return {
    openapi: "3.1.1",
    info: { title: pack.name, version: pack.version, description: DESCRIPTION },
    tags: [...tags].sort().map((name) => ({ name })),
    security: [{ bearer: [] }],
    paths: pathsOf(operations),
    components: {
      schemas: schemas.named,
      parameters: HEADER_PARAMETERS,
      headers: ANSWER_HEADERS,
      responses: errorResponses(error),
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
  };
}

type Placed = { readonly method: string; readonly path: string; readonly operation: Operation };

function callsOf(schemas: Schemas): Placed[] {
  return restRoutes().map((route) => placed(route, operationOf(route, schemas)));
}

function placed({ method, path }: RestRoute, operation: Operation): Placed {
  return { method: method.toLowerCase(), path: bracedPath(path), operation };
}

function transfersOf(schemas: Schemas): Placed[] {
  return (Object.keys(ACTIONS) as ActionName[]).flatMap((name) => {
    const { rest }: ActionContract = ACTIONS[name];
    if (!rest?.transfer) return [];
    const route: RestRoute = { method: rest.method, path: rest.path, bindings: [bindingOf(name, rest)] };
    return [placed(route, transferOperation(route, rest.transfer, schemas))];
  });
}

function watchesOf(schemas: Schemas): Placed[] {
  return (Object.keys(WATCHES) as WatchName[]).map((name) => ({
    method: "get",
    path: bracedPath(WATCHES[name].rest.path),
    operation: watchOperation(name, WATCHES[name], schemas),
  }));
}

function pages(): Placed[] {
  return Object.entries(PAGE_OPERATIONS).map(([path, operation]) => ({ method: "get", path, operation }));
}

function pathsOf(operations: readonly Placed[]): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const { method, path, operation } of operations) {
    paths[path] = { ...paths[path], [method]: operation };
  }
  return paths;
}
