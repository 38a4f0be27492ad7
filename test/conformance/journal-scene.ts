import type { Sequelize } from "sequelize";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Params } from "../../actors/contracts/contract.ts";
import type { Delivery } from "../../actors/runtime/ports.ts";
import type { TwinCommand } from "../../actors/twin/contract.ts";
import { call } from "../../mixins/bridge.ts";
import { RETENTION, trimOnce } from "../../services/job/journal/retention.ts";
import { Sql } from "../../stores/sql/sql.ts";
import { Statement } from "../../stores/sql/statement.ts";
import { CREATED, type JournalHarness, startJournal, Twins } from "../helpers/journal.ts";

export type OpenJournal = () => Promise<{
  readonly sequelize: Sequelize;
  readonly close: () => Promise<void>;
}>;

export const gatewayEvent = (eventType: string, eventId?: string): TwinCommand => ({
  name: "recordEvent",
  params: { eventType, severity: "WARNING", ...(eventId && { eventId }), ts: 5, data: { open: true } },
});

/** A journal, empty before each test, and twins that commit into it. */
export class JournalScene {
  twins = new Twins();
  now = CREATED;
  #database: Awaited<ReturnType<OpenJournal>> | undefined;
  #journal: JournalHarness | undefined;

  constructor(open: OpenJournal) {
    beforeAll(async () => {
      this.#database = await open();
      this.#journal = await startJournal(this.#database.sequelize);
    });
    afterAll(async () => {
      await this.#journal?.stop();
      await this.#database?.close();
    });
    beforeEach(async () => {
      for (const table of ["journal_pages", "journal_terms", "journal_bases"]) {
        await this.#write(`DELETE FROM ${table}`);
      }
      await this.#write("UPDATE journal_state SET trimmed = 0");
      await this.#write("UPDATE journal_index SET seq = 0, marks = '{}'");
      this.twins = new Twins();
      this.now = CREATED;
    });
  }

  readonly deliver = (delivery: Delivery) => this.#harness.deliver(delivery);

  /** A second later than the one before. */
  readonly take = async (command: TwinCommand, gatewayId = "gw-1"): Promise<Delivery | undefined> => {
    this.now += 1000;
    const delivery = this.twins.take(gatewayId, command, this.now);
    if (delivery) await this.deliver(delivery);
    return delivery;
  };

  readonly trim = (maxEvents: number) =>
    trimOnce(this.sql, { ...RETENTION, maxEvents, batchSize: 3 }, this.now);

  readonly trimTo = async (maxEvents: number): Promise<void> => {
    while ((await this.trim(maxEvents)) > 0);
  };

  readonly list = (params: Params<"journal.list"> = {}) => call(this.broker, "journal.list", params);

  readonly tail = (params: Params<"journal.tail">) => call(this.broker, "journal.tail", params);

  readonly history = (params: Partial<Params<"journal.history">> = {}) =>
    call(this.broker, "journal.history", { gatewayId: "gw-1", ...params });

  /** With a journal of its own on the same database. */
  readonly anotherNode = (): Promise<JournalHarness> => startJournal(this.#opened);

  /** To change the schema with. */
  get schema() {
    return this.#opened.getQueryInterface();
  }

  get broker() {
    return this.#harness.broker;
  }

  /** A new one on the same database. */
  get sql(): Sql {
    return new Sql(this.#opened);
  }

  get #harness(): JournalHarness {
    if (!this.#journal) throw new Error("the journal runs during tests only");
    return this.#journal;
  }

  get #opened(): Sequelize {
    if (!this.#database) throw new Error("the database is open during tests only");
    return this.#database.sequelize;
  }

  #write(text: string): Promise<number> {
    return this.sql.write(text, new Statement());
  }
}
