import type { UndeliveredRow } from "./ports.ts";

/** How far a group is in the rows of a partition. */
export type Offset = { readonly type: string; readonly partition: number; readonly pos: number };

/** What the in-process bus keeps. */
export type BusStore = {
  /** The first of `count` sequence numbers; they grow, and no two calls ever give the same one. */
  readonly reserveSequences: (count: number) => Promise<number>;
  readonly offsets: (group: string) => Promise<Offset[]>;
  readonly saveOffsets: (group: string, offsets: readonly Offset[]) => Promise<void>;
  /** Keeps a row that its group could not handle; one with the same id is replaced. */
  readonly putAside: (row: UndeliveredRow) => Promise<void>;
  /** At most `limit`, oldest first. */
  readonly undelivered: (limit: number) => Promise<UndeliveredRow[]>;
  readonly find: (id: string) => Promise<UndeliveredRow | undefined>;
  readonly forget: (id: string) => Promise<void>;
};
