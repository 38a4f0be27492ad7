import type { ActionContract } from "../../../actors/contracts/action.ts";
import { ACTIONS } from "../../../actors/contracts/contract.ts";
import type { Binding } from "../binding.ts";
import { parametersOf } from "../paths.ts";
import type { RestRoute } from "../routes.ts";
import { errorRefs, errorStatusesOf } from "./errors.ts";
import { headerRefs, parameterRef } from "./headers.ts";
import { membersOf, picked } from "./members.ts";
import type { Schemas } from "./schemas.ts";
import type { MediaType, Operation, Parameter, Ref, RequestBody, Response } from "./types.ts";

/** A route of the open API, as its contracts describe it. */
export function operationOf(route: RestRoute, schemas: Schemas): Operation {
  const [{ action, role, waits }] = route.bindings;
  const body = requestBodyOf(route, schemas);
  return {
    operationId: action,
    summary: summaryOf(route),
    tags: [tagOf(action)],
    ...accessOf(role),
    ...(waits && { "x-waits": waits }),
    parameters: parametersFor(route, schemas),
    ...(body && { requestBody: body }),
    responses: { ...successOf(route, schemas), ...errorRefs(statusesOf(route)) },
  };
}

/** Who may. */
export function accessOf(role: string): Pick<Operation, "description" | "security" | "x-required-role"> {
  if (role === "anyone") return { description: "Needs no token.", security: [] };
  return { description: `Needs the role \`${role}\`.`, "x-required-role": role };
}

export function tagOf(name: string): string {
  return name.slice(0, name.indexOf("."));
}

/** `gateways: batch create` when the contract says nothing. */
export function wordsOf(name: string): string {
  const [resource, verb = ""] = name.split(".");
  return `${resource}: ${verb.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}

function summaryOf({ bindings }: RestRoute): string {
  const summaries = bindings.map(({ action }) => contractOf(action).summary ?? wordsOf(action));
  return summaries.join(" ");
}

function contractOf(action: Binding["action"]): ActionContract {
  return ACTIONS[action];
}

function statusesOf({ method, path, bindings }: RestRoute): number[] {
  return errorStatusesOf({
    isRead: method === "GET",
    hasParameters: parametersOf(path).length > 0,
    takesBody: takesBody(bindings[0]),
    takesVersion: bindings.some(({ headers }) => headers.has("expectedVersion")),
  });
}

function parametersFor({ method, path, bindings }: RestRoute, schemas: Schemas): (Parameter | Ref)[] {
  const [first] = bindings;
  const params = membersOf(contractOf(first.action).params);
  const named = (place: "path" | "query", name: string): Parameter => {
    const { description, ...schema } = params.get(name)?.schema ?? {};
    return {
      name,
      in: place,
      ...((place === "path" || params.get(name)?.isRequired) && { required: true }),
      ...(typeof description === "string" && { description }),
      schema: schemas.of(schema),
    };
  };
  return [
    ...parametersOf(path).map((name) => named("path", name)),
    ...[...first.query.keys()].map((name) => named("query", name)),
    ...(first.headers.has("expectedVersion") ? [parameterRef("ifMatch")] : []),
    ...(method === "GET" && first.returnsTwin ? [parameterRef("ifNoneMatch")] : []),
    ...(method === "GET" || first.role === "anyone" ? [] : [parameterRef("idempotencyKey")]),
    parameterRef("requestId"),
    parameterRef("traceparent"),
  ];
}

function requestBodyOf({ bindings }: RestRoute, schemas: Schemas): RequestBody | undefined {
  const [first] = bindings;
  if (!takesBody(first)) return undefined;
  const content = Object.fromEntries(bindings.flatMap((binding) => mediaTypesOf(binding, schemas)));
  const params = membersOf(contractOf(first.action).params);
  const required = [...first.bodyFields].some((name) => params.get(name)?.isRequired);
  return { required: first.bodyParam !== undefined || required, content };
}

function takesBody({ bodyParam, bodyFields }: Binding): boolean {
  return bodyParam !== undefined || bodyFields.size > 0;
}

function mediaTypesOf(binding: Binding, schemas: Schemas): [string, MediaType][] {
  const { action, bodyParam, bodyFields, contentTypes } = binding;
  const { params } = contractOf(action);
  const whole =
    bodyParam === undefined ? picked(params, bodyFields) : membersOf(params).get(bodyParam)?.schema;
  const schema = schemas.of(whole ?? {});
  return contentTypes.map((type) => [type, { schema, "x-action": action }]);
}

function successOf({ method, bindings }: RestRoute, schemas: Schemas): Record<string, Response> {
  const [{ action, status, pendingStatus, returnsTwin, created }] = bindings;
  const headers = headerRefs(
    ...(returnsTwin ? ["ETag" as const] : []),
    ...(created ? ["Location" as const] : []),
  );
  if (status === 204) return { 204: { description: "Done.", headers } };
  const content = { "application/json": { schema: schemas.of(contractOf(action).result) } };
  const unchanged: Response = { description: "The caller has it already.", headers };
  return {
    [status]: { description: "Done.", headers, content },
    ...(pendingStatus && { [pendingStatus]: { description: "Not finished yet.", headers, content } }),
    ...(method === "GET" && returnsTwin && { 304: unchanged }),
  };
}
