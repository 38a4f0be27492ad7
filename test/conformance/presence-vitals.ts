import type { Sequelize } from "sequelize";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../actors/contracts/json.ts";
import type { ClaimedPartition } from "../../actors/runtime/ports.ts";
import { Vitals } from "../../services/core/presence/vitals.ts";
import { VitalsTable } from "../../services/core/presence/vitals-table.ts";
import { VitalsWriter } from "../../services/core/presence/vitals-writer.ts";
import { SqlActorStore } from "../../stores/sql/actor-store.ts";
import type { OpenedDatabase } from "../helpers/databases.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A node's vitals on the database. */
class Owner {
  now = 1_766_000_000_000;
  readonly table: VitalsTable;
  readonly vitals: Vitals;
  readonly writer: VitalsWriter;
  readonly counts: string[] = [];
  readonly #store: SqlActorStore;

  constructor(sequelize: Sequelize) {
    const counters = { count: (name: string) => void this.counts.push(name), gauge: () => undefined };
    this.#store = new SqlActorStore(sequelize);
    this.table = new VitalsTable(sequelize);
    this.vitals = new Vitals({ partitionCount: 1, clock: () => this.now, counters });
    this.writer = new VitalsWriter({ vitals: this.vitals, table: this.table, counters, log: silent });
  }

  async claim(): Promise<void> {
    const seen = (await this.#store.partitions()).filter(({ type }) => type === "presence");
    const claimed = await this.#store.claim(seen, "node");
    for (const one of claimed) this.vitals.begin(one satisfies ClaimedPartition);
  }

  note(gatewayId: string, board?: JsonObject, firmware?: string): void {
    this.now += 1000;
    const told = { ...(board && { board }), ...(firmware !== undefined && { firmware }) };
    this.vitals.note(gatewayId, { ageMs: 0, ...told });
  }

  async view(gatewayId: string) {
    const withStored = this.vitals.view(gatewayId);
    return withStored((await this.table.read([gatewayId])).get(gatewayId));
  }

  async surrender(): Promise<void> {
    const share = this.vitals.shares.end(0);
    if (share) await this.writer.saveLast(share);
  }
}

export function presenceVitalsConformance(name: string, open: () => Promise<OpenedDatabase>): void {
  describe(`vitals on ${name}`, () => {
    let database: OpenedDatabase;
    let owner: Owner;

    beforeAll(async () => {
      database = await open();
      await new SqlActorStore(database.sequelize).createPartitions("presence", 1);
    });
    afterAll(() => database.close());
    beforeEach(async () => {
      await database.clear("presence_vitals");
      owner = new Owner(database.sequelize);
      await owner.claim();
    });

    const newOwner = async () => {
      const next = new Owner(database.sequelize);
      await next.claim();
      return next;
    };

    test("are saved behind what happens, and handed on with the partition", async () => {
      owner.note("gw-1", { cpu: 1, rssi: -70 }, "é 漢 😀");
      owner.note("gw-2");
      await owner.writer.round();
      owner.note("gw-1", { cpu: 2 });
      owner.note("gw-2");
      const before = [await owner.view("gw-1"), await owner.view("gw-2"), await owner.view("gw-3")];
      expect(before).toEqual([
        { lastSeen: owner.now - 1000, board: { cpu: 2, rssi: -70 }, firmware: "é 漢 😀" },
        { lastSeen: owner.now, board: {}, firmware: null },
        { lastSeen: null, board: {}, firmware: null },
      ]);
      await owner.surrender();
      const next = await newOwner();
      expect(await Promise.all(["gw-1", "gw-2", "gw-3"].map((id) => next.view(id)))).toEqual(before);
    });

    test("what a new owner hears goes over what the last one saved, key by key", async () => {
      owner.note("gw-1", { cpu: 1, disk: { a: 1 } }, "1.0");
      await owner.surrender();
      const next = await newOwner();
      next.now = owner.now;
      next.note("gw-1", { disk: { b: 1 } });
      await next.writer.round();
      next.note("gw-1");
      await next.writer.round();
      const merged = { lastSeen: next.now, board: { cpu: 1, disk: { b: 1 } }, firmware: "1.0" };
      expect(await (await newOwner()).view("gw-1")).toEqual(merged);
    });

    test("a former owner writes nothing", async () => {
      owner.note("gw-1", { cpu: 1 });
      const next = await newOwner();
      next.note("gw-1", { cpu: 2 });
      await next.writer.round();
      owner.now += 60_000;
      owner.note("gw-1", { cpu: 3 });
      await owner.writer.round();
      expect(await next.view("gw-1")).toMatchObject({ lastSeen: next.now, board: { cpu: 2 } });
    });

    test("what is told while it is being saved is saved later", async () => {
      owner.note("gw-1", { cpu: 1 });
      const round = owner.writer.round();
      await Promise.resolve();
      owner.note("gw-1", { cpu: 2 });
      await round;
      expect(await owner.view("gw-1")).toMatchObject({ board: { cpu: 2 } });
      await owner.writer.round();
      expect(await (await newOwner()).view("gw-1")).toMatchObject({ board: { cpu: 2 } });
    });

    test("a removed gateway leaves nothing, also when it is just being saved", async () => {
      owner.note("gw-1", { cpu: 1 });
      const round = owner.writer.round();
      await owner.writer.remove("gw-1");
      await round;
      expect(await owner.view("gw-1")).toEqual({ lastSeen: null, board: {}, firmware: null });
      await owner.writer.remove("gw-1");
    });

    test("a large fleet takes several statements and rounds; each board is kept in memory until it is saved", async () => {
      for (let n = 0; n < 12_000; n++) owner.vitals.note(`gw-${n}`, { ageMs: 0, board: { n } });
      await owner.writer.round();
      const [share] = owner.vitals.shares;
      expect(share?.unsaved.size).toBe(2000);
      expect(await owner.view("gw-0")).toMatchObject({ board: { n: 0 } });
      expect(await owner.view("gw-11999")).toMatchObject({ board: { n: 11_999 } });
      await owner.writer.round();
      expect(share?.unsaved.size).toBe(0);
      expect(share?.boards).toBe(0);
    });

    test("a table that is away loses nothing but what a partition takes along", async () => {
      owner.note("gw-1", { cpu: 1 });
      await database.sequelize.query("ALTER TABLE presence_vitals RENAME TO hidden_vitals");
      await expect(owner.writer.round()).rejects.toThrow();
      await owner.writer.saveLast([...owner.vitals.shares][0] ?? expect.fail("it has a partition"));
      await database.sequelize.query("ALTER TABLE hidden_vitals RENAME TO presence_vitals");
      expect(owner.counts).toEqual(["gateway_twin.presence.vitals.lost.total"]);
      await owner.writer.round();
      expect(await (await newOwner()).view("gw-1")).toMatchObject({ board: { cpu: 1 } });
    });
  });
}
