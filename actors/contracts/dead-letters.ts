import { type Static, Type } from "typebox";
import type { ActionContract } from "./action.ts";

const closed = { additionalProperties: false } as const;

/** What failed: a message that its actor could not bear, or a row of changes that a consumer group could not. */
const DEAD_LETTER_KINDS = ["MESSAGE", "ROW"] as const;

export const DeadLetter = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(DEAD_LETTER_KINDS),
    /** Of the actor, or of the row's partition. */
    type: Type.String(),
    /** The actor's id, or the name of the consumer group. */
    receiver: Type.String(),
    /** Epoch milliseconds. */
    time: Type.Integer(),
    error: Type.String(),
    /** JSON text: the command, or the row. */
    content: Type.String(),
  },
  closed,
);
export type DeadLetter = Static<typeof DeadLetter>;

/**
 * NOT_FOUND: there is none with this id. DONE: it succeeded and is forgotten. HANDED_OVER: its group gets it, and it
 * is forgotten when that has succeeded. REFUSED: the actor refused it, `error` says why; it is kept.
 */
const REDRIVE_STATES = ["NOT_FOUND", "DONE", "HANDED_OVER", "REFUSED"] as const;

export const deadLetterActions = {
  /** At most `limit` of each kind, oldest first. */
  "dead-letters.list": {
    params: Type.Object(
      {
        type: Type.Optional(Type.String()),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "100 when not given" })),
      },
      closed,
    ),
    result: Type.Object({ deadLetters: Type.Array(DeadLetter) }, closed),
  },
  "dead-letters.redrive": {
    params: Type.Object({ id: Type.String({ maxLength: 512 }) }, closed),
    result: Type.Object({ state: Type.Enum(REDRIVE_STATES), error: Type.Optional(Type.String()) }, closed),
  },
} as const satisfies Record<string, ActionContract>;
