import type { Static, TSchema } from "typebox";

/** Who asks over REST; `permissions.ts` has what each may. `thirdparty`: a program of somebody else. */
export const ROLES = ["viewer", "operator", "admin", "thirdparty"] as const;
export type Role = (typeof ROLES)[number];

/**
 * The least that a caller must be to use an action over REST; deny is the default. Order: each includes those before.
 * `anyone`: no token is asked for.
 */
export const RANKS = ["anyone", "viewer", "operator", "admin"] as const;
export type Rank = (typeof RANKS)[number];

/** How an action appears in the open API. Path parameters and query parameters are members of its params. */
export type RestBinding = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the server's root; `:name` is a path parameter. */
  readonly path: string;
  readonly role: Rank;
  /** HTTP status of success; 200 when not given. */
  readonly status?: 200 | 201 | 204;
  /** The status instead, while the result's `state` is still `PENDING`. */
  readonly pendingStatus?: 202;
  /** The answer may be waited for so much longer than others: a param, in seconds. */
  readonly waits?: { readonly param: string; readonly defaultSeconds: number };
  /** "fields": the body's members are params; "none": no body; else the param that takes the whole body. */
  readonly body: "none" | "fields" | { readonly param: string };
  /**
   * Content is streamed past the action: the body is stored and the action told of it (`upload`), or what is stored
   * goes out instead of the action's result (`download`).
   */
  readonly transfer?: "upload" | "download";
  /** Accepted content types of the body; plain JSON when not given. */
  readonly contentTypes?: readonly string[];
};

export type ActionContract = {
  /** One sentence for readers of the open API. */
  readonly summary?: string;
  readonly params: TSchema;
  readonly result: TSchema;
  /** Absent: only called by our own services. */
  readonly rest?: RestBinding;
  /** The answer may be so old; for answers that depend on the params alone. Who may ask is checked before. */
  readonly cacheSeconds?: number;
};

export type ParamsOf<Contract extends ActionContract> = Static<Contract["params"]>;
export type ResultOf<Contract extends ActionContract> = Static<Contract["result"]>;
