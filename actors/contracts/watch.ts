import type { TSchema } from "typebox";
import type { Role } from "./action.ts";

/** Something that is watched instead of called: it is answered with server-sent events until the client goes. */
export type WatchContract = {
  /** Of the path and the query. */
  readonly params: TSchema;
  readonly rest: { readonly path: string; readonly role: Role };
};
