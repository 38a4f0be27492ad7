import type { TSchema } from "typebox";
import type { Rank, RestBinding } from "../../actors/contracts/action.ts";
import { ACTIONS, type ActionName } from "../../actors/contracts/contract.ts";
import { Twin } from "../../actors/contracts/twins.ts";
import { parametersOf } from "./paths.ts";

export const JSON_TYPE = "application/json";

/** Params that never come in the body or the query: headers and the caller's identity give them. */
const FROM_HEADERS = ["expectedVersion", "requestId", "by"] as const;
type FromHeaders = (typeof FROM_HEADERS)[number];

/** What an action needs of a request, worked out once from its contract. */
export type Binding = {
  readonly action: ActionName;
  readonly role: Rank;
  readonly status: number;
  readonly pendingStatus: number | undefined;
  readonly waits: RestBinding["waits"];
  readonly contentTypes: readonly string[];
  /** Takes the whole body; else the body's members are params. */
  readonly bodyParam: string | undefined;
  readonly bodyType: string | undefined;
  readonly bodyFields: ReadonlySet<string>;
  /** Names and types of JSON Schema. */
  readonly query: ReadonlyMap<string, string | undefined>;
  readonly headers: ReadonlySet<FromHeaders>;
  readonly returnsTwin: boolean;
  /** The member of the result that, below the path, is the address of what was created. */
  readonly created: string | undefined;
};

export function bindingOf(action: ActionName, rest: RestBinding): Binding {
  const properties = propertiesOf(ACTIONS[action].params);
  const bodyParam = typeof rest.body === "object" ? rest.body.param : undefined;
  const elsewhere = [...parametersOf(rest.path), ...FROM_HEADERS, bodyParam];
  const free = [...properties].filter(([name]) => !elsewhere.includes(name));
  return {
    action,
    role: rest.role,
    status: rest.status ?? 200,
    pendingStatus: rest.pendingStatus,
    waits: rest.waits,
    contentTypes: rest.contentTypes ?? [JSON_TYPE],
    bodyParam,
    bodyType: bodyParam === undefined ? undefined : properties.get(bodyParam),
    bodyFields: new Set(rest.body === "fields" ? free.map(([name]) => name) : []),
    query: new Map(rest.body === "fields" ? [] : free),
    headers: new Set(FROM_HEADERS.filter((name) => properties.has(name))),
    returnsTwin: ACTIONS[action].result === Twin,
    created: rest.status === 201 ? identifierBelow(rest.path) : undefined,
  };
}

/** How long the answer to these params may take, when others take at most `timeoutMs`. */
export function timeoutOf(
  { waits }: Binding,
  params: Readonly<Record<string, unknown>>,
  timeoutMs: number,
): number {
  if (!waits) return timeoutMs;
  const seconds = params[waits.param] ?? waits.defaultSeconds;
  return typeof seconds === "number" ? timeoutMs + 1000 * seconds : timeoutMs;
}

/** Names and types of the members of a schema. */
export function propertiesOf(schema: TSchema): Map<string, string | undefined> {
  const properties: object = ("properties" in schema && schema.properties) || {};
  return new Map(
    Object.entries(properties).map(([name, { type }]: [string, { type?: string }]) => [name, type]),
  );
}

/** `gatewayId` for `/v1/gateways`, when something can be read at `/v1/gateways/:gatewayId`. */
function identifierBelow(path: string): string | undefined {
  for (const action of Object.values(ACTIONS)) {
    const below = "rest" in action && action.rest.method === "GET" ? action.rest.path : "";
    const name = below.startsWith(`${path}/:`) ? below.slice(path.length + 2) : "/";
    if (/^[A-Za-z]+$/.test(name)) return name;
  }
  return undefined;
}
