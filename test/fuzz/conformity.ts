import { Compile } from "typebox/schema";
import { resolved } from "../../services/bff/openapi/schemas.ts";
import type {
  Response as Declared,
  OpenApiDocument,
  Operation,
  Schema,
} from "../../services/bff/openapi/types.ts";

export type Seen = {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined of an event stream. */
  readonly text: string | undefined;
};

type Validator = { Check(value: unknown): boolean; Errors(value: unknown): unknown };

/** Compares answers with what the document declares. */
export class Conformity {
  readonly #document: OpenApiDocument;
  readonly #validators = new Map<Schema, Validator>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  /** Undefined when the answer is what the document says. */
  problemOf({ responses }: Operation, seen: Seen): string | undefined {
    const { status, headers, text } = seen;
    const found = responses[status];
    if (!found) return `the status ${status} is not declared: ${text?.slice(0, 300)}`;
    const declared = resolved<Declared>(this.#document, found);
    if (!headers.get("x-request-id")) return "the answer has no X-Request-Id";
    const problem = this.#contentProblem(declared, seen);
    return problem === undefined ? undefined : `${status}: ${problem}`;
  }

  #contentProblem({ content }: Declared, { headers, text }: Seen): string | undefined {
    const type = headers.get("content-type")?.split(";")[0];
    if (!content) return text === "" ? undefined : `there is a body: ${text?.slice(0, 100)}`;
    const schema = type === undefined ? undefined : (content[type] ?? content["*/*"])?.schema;
    if (!schema) return `the content type ${type} is not declared`;
    if (!content["application/json"] || text === undefined) return undefined;
    return this.#valueProblem(schema, JSON.parse(text));
  }

  #valueProblem(schema: Schema, value: unknown): string | undefined {
    const validator = this.#validators.get(schema) ?? Compile({ ...this.#document, ...schema });
    this.#validators.set(schema, validator);
    if (validator.Check(value)) return undefined;
    return `${JSON.stringify(validator.Errors(value)).slice(0, 500)} in ${JSON.stringify(value).slice(0, 500)}`;
  }
}
