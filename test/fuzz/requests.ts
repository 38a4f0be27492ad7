import fc, { type Arbitrary } from "fast-check";
import { resolved } from "../../services/bff/openapi/schemas.ts";
import {
  METHODS,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  type RequestBody,
} from "../../services/bff/openapi/types.ts";
import { NO_JSON, spoiled } from "./spoiled.ts";
import { valuesOf } from "./values.ts";

/** An operation and where it is. */
export type Target = { readonly method: string; readonly path: string; readonly operation: Operation };

/** The text of a parameter, or the place of a known id in the list of those that were seen. */
type Text = { readonly text: string } | { readonly known: number };
type Body = { readonly contentType: string; readonly bytes: string | Uint8Array };

/** A request before the ids that are known are put in. */
export type Draft = {
  readonly path: Readonly<Record<string, Text>>;
  readonly query: [name: string, text: string][];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | undefined;
  readonly token: "valid" | "wrong" | "none";
};

export function targetsOf({ paths }: OpenApiDocument): Target[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );
}

/** Requests to an operation: mostly as they should be, some not. */
export function draftsOf(document: OpenApiDocument, { operation }: Target): Arbitrary<Draft> {
  const parameters = operation.parameters.map((each) => resolved<Parameter>(document, each));
  const inPath = parameters.filter((each) => each.in === "path");
  return fc.record({
    path: fc.record(Object.fromEntries(inPath.map((each) => [each.name, pathTexts(document, each)]))),
    query: queries(
      document,
      parameters.filter((each) => each.in === "query"),
    ),
    headers: headers(
      document,
      parameters.filter((each) => each.in === "header"),
    ),
    body: bodies(document, operation.requestBody),
    token: weighted<Draft["token"]>(
      [60, fc.constant("valid")],
      [1, fc.constant("wrong")],
      [2, fc.constant("none")],
    ),
  });
}

function pathTexts(document: OpenApiDocument, { schema }: Parameter): Arbitrary<Text> {
  const known = fc.nat().map((known) => ({ known }));
  const valid = valuesOf(document, schema).map((value) => ({ text: String(value) }));
  const junk = fc.string({ minLength: 1, maxLength: 300 }).map((text) => ({ text }));
  return weighted<Text>([8, known], [2, valid], [1, junk]).filter(
    // these would be another path
    (each) => !("text" in each) || !/^\.{0,2}$/.test(each.text),
  );
}

function queries(document: OpenApiDocument, parameters: readonly Parameter[]): Arbitrary<[string, string][]> {
  const each = parameters.map(({ name, required, schema }) => {
    const texts = weighted<unknown>([9, valuesOf(document, schema)], [1, fc.string({ maxLength: 30 })]);
    const pair = texts.map((value): [string, string][] => [[name, String(value)]]);
    return required ? pair : weighted([1, pair], [3, fc.constant([])]);
  });
  const unknown = weighted<[string, string][]>([20, fc.constant([])], [1, fc.constant([["unknown", "1"]])]);
  return fc.tuple(...each, unknown).map((pairs) => pairs.flat());
}

function headers(
  document: OpenApiDocument,
  parameters: readonly Parameter[],
): Arbitrary<Record<string, string>> {
  const model = Object.fromEntries(
    parameters.map(({ name, schema }) => {
      const valid = valuesOf(document, schema).map((value) => String(value));
      const texts = weighted<string>(
        [6, valid],
        [1, fc.string({ maxLength: 40 })],
        [2, fc.constantFrom("key-1", '"1"', "*", "7")],
      );
      return [name, texts.filter((text) => /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text))];
    }),
  );
  const some = fc.subarray(Object.keys(model)).chain((names) => fc.record(picked(model, names)));
  return weighted([2, fc.constant({})], [1, some]);
}

function bodies(document: OpenApiDocument, body: RequestBody | undefined): Arbitrary<Body | undefined> {
  if (!body) return fc.constant(undefined);
  const contents = Object.entries(body.content).map(([type, { schema }]) => {
    const contentType = type === "*/*" ? "application/octet-stream" : type;
    const values = isPatch(contentType) ? operations() : valuesOf(document, schema);
    const valid = values.map((value) => ({ contentType, bytes: JSON.stringify(value) }));
    const broken = values.chain(spoiled).map((value) => ({ contentType, bytes: JSON.stringify(value) }));
    const noJson = fc.constantFrom(...NO_JSON).map((bytes) => ({ contentType, bytes }));
    return weighted<Body | undefined>([14, valid], [4, broken], [1, noJson], [1, fc.constant(undefined)]);
  });
  const other = fc.constant({ contentType: "text/plain", bytes: "{}" });
  return weighted<Body | undefined>([20, fc.oneof(...contents)], [1, other]);
}

function isPatch(contentType: string): boolean {
  return contentType === "application/json-patch+json";
}

/** Of RFC 6902; their schema says nothing of them. */
function operations(): Arbitrary<object[]> {
  const pointer = fc.constantFrom("", "/a", "/a/b", "/list/-", "/list/0", "a", "/~2");
  const one = fc.record(
    {
      op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "bad"),
      path: pointer,
      from: pointer,
      value: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: ["op", "path"] },
  );
  return fc.array(one, { maxLength: 4 });
}

function weighted<Value>(
  ...each: readonly [weight: number, arbitrary: Arbitrary<Value>][]
): Arbitrary<Value> {
  return fc.oneof(...each.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

function picked<Value>(
  members: Readonly<Record<string, Value>>,
  names: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => names.includes(name)));
}
