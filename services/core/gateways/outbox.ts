import type { Sequelize, Transaction } from "sequelize";
import type { Gateway } from "../../../actors/contracts/gateways.ts";
import type { Log, RowPublisher } from "../../../actors/runtime/ports.ts";
import { Repeated } from "../../../mixins/repeated.ts";
import { Sql } from "../../../stores/sql/sql.ts";
import { Statement } from "../../../stores/sql/statement.ts";

/** What happened to a gateway in the registry. */
export type RegistryEvent = {
  readonly type: "gateway.created" | "gateway.updated" | "gateway.deleted" | "gateway.credentials.rotated";
  readonly by: string;
} & Partial<Pick<Gateway, "displayName" | "labels">>;

export type Happened = { readonly gatewayId: string; readonly time: number; readonly event: RegistryEvent };

type OutboxOptions = {
  readonly sequelize: Sequelize;
  readonly publisher: RowPublisher;
  readonly log: Log;
};

type EventRecord = { id: number; gatewayId: string; time: number | string; event: string };

const BATCH = 100;
/** For what another node has left behind. */
const LOOK_EVERY_MS = 2000;

/**
 * The registry has no actors whose commits go to the bus. So its events are written in the transaction of the change
 * they tell of, and published from there, at least once: the row's number makes copies known.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #sql: Sql;
  readonly #relay: Repeated;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#sql = new Sql(options.sequelize);
    const work = (signal: AbortSignal) => this.#publishAll(signal);
    this.#relay = new Repeated({ everyMs: LOOK_EVERY_MS, log: options.log, work });
  }

  start(): void {
    this.#relay.run();
  }

  stop(): Promise<void> {
    return this.#relay.stop();
  }

  /** What `change` does and the events it tells of are both stored, or neither is. */
  async change<Result>(
    change: (transaction: Transaction) => Promise<readonly [Result, readonly Happened[]]>,
  ): Promise<Result> {
    const result = await this.#options.sequelize.transaction(async (transaction) => {
      const [value, happened] = await change(transaction);
      if (happened.length > 0)
        await this.#insert(new Sql(this.#options.sequelize, { transaction }), happened);
      return value;
    });
    this.#relay.run();
    return result;
  }

  async #insert(sql: Sql, happened: readonly Happened[]): Promise<void> {
    const statement = new Statement();
    const rows = happened.map(({ gatewayId, time, event }) =>
      statement.tuple([gatewayId, time, JSON.stringify(event)]),
    );
    await sql.write(
      `INSERT INTO gateway_events (gateway_id, time, event) VALUES ${rows.join(", ")}`,
      statement,
    );
  }

  async #publishAll(signal: AbortSignal): Promise<void> {
    for (let found = BATCH; found === BATCH && !signal.aborted; ) {
      const records = await this.#sql.read<EventRecord>(
        `SELECT id, gateway_id AS gatewayId, time, event FROM gateway_events ORDER BY id LIMIT ${BATCH}`,
      );
      found = records.length;
      if (found > 0) await this.#publish(records, signal);
    }
  }

  async #publish(records: readonly EventRecord[], signal: AbortSignal): Promise<void> {
    const { publisher } = this.#options;
    await unlessAborted(Promise.all(records.map((record) => publisher.publish(rowOf(record)))), signal);
    const statement = new Statement();
    const ids = statement.tuple(records.map(({ id }) => id));
    await this.#sql.write(`DELETE FROM gateway_events WHERE id IN ${ids}`, statement);
  }
}

/** A bus that does not take them now is not waited for when the node stops. */
async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new Error("the node is stopping"));
  signal.addEventListener("abort", onAbort);
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function rowOf({ id, gatewayId, time, event }: EventRecord) {
  const change = { actorId: gatewayId, time: Number(time), events: [JSON.parse(event)] };
  return { type: "gateway", partition: 0, pos: Number(id), epoch: 0, changes: [change] };
}
