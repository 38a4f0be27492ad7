import type { TSchema } from "typebox";
import type { Rank } from "./action.ts";

/** Something that is watched instead of called: it is answered with server-sent events until the client goes. */
export type WatchContract = {
  /** One sentence for readers of the open API. */
  readonly summary?: string;
  /** Of the path and the query. */
  readonly params: TSchema;
  /** Of one event. */
  readonly data?: TSchema;
  readonly rest: { readonly path: string; readonly role: Exclude<Rank, "anyone"> };
};
