import type { Static, TSchema } from "typebox";

/** What a caller must be to use an action over REST; deny is the default. Order: each includes those before. */
export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** How an action appears in the open API. Path parameters and query parameters are members of its params. */
export type RestBinding = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the server's root; `:name` is a path parameter. */
  readonly path: string;
  readonly role: Role;
  /** HTTP status of success; 200 when not given. */
  readonly status?: 200 | 201 | 204;
  /** "fields": the body's members are params; "none": no body; else the param that takes the whole body. */
  readonly body: "none" | "fields" | { readonly param: string };
  /** Accepted content types of the body; plain JSON when not given. */
  readonly contentTypes?: readonly string[];
};

export type ActionContract = {
  readonly params: TSchema;
  readonly result: TSchema;
  /** Absent: only called by our own services. */
  readonly rest?: RestBinding;
  /** The answer may be so old; for answers that depend on the params alone. Who may ask is checked before. */
  readonly cacheSeconds?: number;
};

export type ParamsOf<Contract extends ActionContract> = Static<Contract["params"]>;
export type ResultOf<Contract extends ActionContract> = Static<Contract["result"]>;
