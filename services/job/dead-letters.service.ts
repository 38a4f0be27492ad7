import type { ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { Result } from "../../actors/contracts/contract.ts";
import type { DeadLetter } from "../../actors/contracts/dead-letters.ts";
import { messageOf } from "../../actors/contracts/errors.ts";
import type { Outcome } from "../../actors/runtime/actor.ts";
import type { Delivery, EventBus, UndeliveredRow } from "../../actors/runtime/ports.ts";
import { actions } from "../../mixins/bridge.ts";
import type { Counters } from "../../mixins/counters.ts";
import { DeadLetterTable } from "./dead-letter-table.ts";

const DEFAULT_LIMIT = 100;

export type DeadLettersOptions = {
  readonly bus: Pick<EventBus, "subscribe" | "undelivered" | "redrive">;
  readonly sequelize: Sequelize;
  readonly counters: Counters;
  /** Hands a command to its actor again. */
  readonly redeliver: (type: string, actorId: string, command: unknown) => Promise<Outcome<unknown>>;
};

/** Keeps the messages that actors could not bear, and hands dead letters of all kinds out again. */
export function deadLettersService(options: DeadLettersOptions): ServiceSchema {
  const { bus, sequelize, counters, redeliver } = options;
  const table = new DeadLetterTable(sequelize);

  async function record({ rows }: Delivery): Promise<void> {
    for (const row of rows)
      for (const [index, change] of row.changes.entries()) {
        if (!change.deadLetter) continue;
        await table.keep(row, index, change);
        counters.count("gateway_twin.dead_letters.total", { type: row.type });
      }
  }

  async function redriveMessage(id: string): Promise<Result<"dead-letters.redrive">> {
    const found = await table.find(id);
    if (!found) return { state: "NOT_FOUND" };
    const outcome = await redeliver(found.type, found.receiver, JSON.parse(found.content));
    if (!outcome.ok) return { state: "REFUSED", error: messageOf(outcome.error) };
    await table.remove(id);
    return { state: "DONE" };
  }

  return {
    name: "dead-letters",
    actions: actions("dead-letters", {
      async list({ type, limit = DEFAULT_LIMIT }) {
        const rows = (await bus.undelivered(limit)).filter(({ row }) => !type || row.type === type);
        const messages = await table.list(type, limit);
        return { deadLetters: [...messages, ...rows.map(letterOf)].sort((a, b) => a.time - b.time) };
      },
      async redrive({ id }) {
        if (await bus.redrive(id)) return { state: "HANDED_OVER" };
        return redriveMessage(id);
      },
    }),
    created: () =>
      bus.subscribe({ group: "dead-letters", fromOldest: true, skipsRoutine: true, handle: record }),
  };
}

function letterOf({ id, group, time, error, row }: UndeliveredRow): DeadLetter {
  return { id, kind: "ROW", type: row.type, receiver: group, time, error, content: JSON.stringify(row) };
}
