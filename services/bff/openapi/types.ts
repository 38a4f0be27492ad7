/** The parts of OpenAPI 3.1 that our document has. */
export type OpenApiDocument = {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly security: readonly Security[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly headers: Readonly<Record<string, Header>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
};

/** JSON Schema 2020-12. */
export type Schema = { readonly [keyword: string]: unknown };
export type Ref = { readonly $ref: string };
export type Security = Readonly<Record<string, readonly string[]>>;

export const METHODS = ["get", "post", "put", "patch", "delete"] as const;
export type PathItem = { readonly [Method in (typeof METHODS)[number]]?: Operation };

export type Operation = {
  /** The name of the action or the watch. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security?: readonly Security[];
  readonly "x-required-role"?: string;
  /** The answer may take so much longer than others: a member of the body, in seconds. */
  readonly "x-waits"?: { readonly param: string; readonly defaultSeconds: number };
  readonly parameters: readonly (Parameter | Ref)[];
  readonly requestBody?: RequestBody;
  /** By HTTP status. */
  readonly responses: Readonly<Record<string, Response | Ref>>;
};

export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
};

export type RequestBody = {
  readonly required: boolean;
  readonly content: Readonly<Record<string, MediaType>>;
};

/** Where the content type decides which action is meant, `x-action` names it. */
export type MediaType = { readonly schema: Schema; readonly "x-action"?: string };

export type Header = { readonly description: string; readonly schema: Schema };

export type Response = {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Ref>>;
  readonly content?: Readonly<Record<string, MediaType>>;
};
