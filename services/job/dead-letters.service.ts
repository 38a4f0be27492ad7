import type { ServiceSchema } from "moleculer";
import type { Sequelize } from "sequelize";
import type { InProcessBus } from "../../actors/runtime/in-process-bus.ts";
import type { Change, CommitRow } from "../../actors/runtime/ports.ts";
import type { Counters } from "../../mixins/counters.ts";
import { dialectOf } from "../../stores/sql/dialect.ts";
import { Statement } from "../../stores/sql/statement.ts";

type DeadLettersOptions = {
  readonly bus: InProcessBus;
  readonly sequelize: Sequelize;
  readonly counters: Counters;
};

const COLUMNS = ["id", "type", "actor_id", "time", "command", "error"];

/** Keeps the messages that actors could not bear, so that people can look at them. */
export function deadLettersService({ bus, sequelize, counters }: DeadLettersOptions): ServiceSchema {
  async function record(row: CommitRow): Promise<void> {
    for (const [index, change] of row.changes.entries()) {
      if (change.deadLetter)
        await insert(`${row.type}/${row.partition}/${row.pos}/${index}`, row.type, change);
    }
  }

  /** The id names the place in the log: a copy of the row replaces what the first one wrote. */
  async function insert(id: string, type: string, { actorId, time, deadLetter }: Change): Promise<void> {
    const statement = new Statement();
    const command = JSON.stringify(deadLetter?.command);
    const values = statement.tuple([id, type, actorId, time, command, deadLetter?.error]);
    const replace = dialectOf(sequelize).onConflict(["id"], ["time"]);
    const sql = `INSERT INTO dead_letters (${COLUMNS.join(", ")}) VALUES ${values} ${replace}`;
    await sequelize.query(sql, { bind: statement.bind });
    counters.count("gateway_twin.dead_letters.total", { type });
  }

  return {
    name: "dead-letters",
    created: () => bus.subscribe("dead-letters", record),
  };
}
