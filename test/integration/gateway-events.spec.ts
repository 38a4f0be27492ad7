import type { ServiceBroker } from "moleculer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CommitRow, RowPublisher } from "../../actors/runtime/ports.ts";
import { call } from "../../mixins/bridge.ts";
import { gatewaysService } from "../../services/core/gateways/gateways.service.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { quietBroker } from "./rest-harness.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let database: OpenedDatabase;
let broker: ServiceBroker;
/** What the bus was given, and whether it takes anything. */
let published: CommitRow[];
let isBusAway: boolean;

const publisher: RowPublisher = {
  publish: async (row) => {
    if (isBusAway) throw new Error("the bus is away");
    published.push(row);
  },
};

const told = (count: number) =>
  waitFor(`${count} events`, () => published.length >= count && published.flatMap(({ changes }) => changes));

describe.each(DATABASES)("what the registry tells the bus, on %s", (_driver, open) => {
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    published = [];
    isBusAway = false;
    await database.clear("gateways", "gateway_events");
    await start();
  });
  afterEach(() => broker.stop());

  async function start(): Promise<void> {
    const { sequelize } = database;
    broker = quietBroker();
    broker.createService(gatewaysService({ sequelize, clock: () => NOW, publisher, log }));
    broker.createService({ name: "twins", actions: { remove: () => null } });
    await broker.start();
  }

  test("is each change, once, with who did it and without secrets", async () => {
    const gatewayId = "gw-1";
    const options = { meta: { by: "ann" } };
    await call(broker, "gateways.create", { gatewayId, displayName: "one" }, options);
    await call(broker, "gateways.update", { gatewayId, labels: { site: "x" } }, options);
    await call(broker, "gateways.rotateCredentials", { gatewayId });
    const again = call(broker, "gateways.batchCreate", { requests: [{ gatewayId: "gw-2" }, { gatewayId }] });
    await expect(again).rejects.toMatchObject({ type: "GATEWAY_EXISTS" });
    await call(broker, "gateways.delete", { gatewayId }, options);
    const changes = [
      { type: "gateway.created", by: "ann", displayName: "one", labels: {} },
      { type: "gateway.updated", by: "ann", labels: { site: "x" } },
      { type: "gateway.credentials.rotated", by: "system" },
      { type: "gateway.deleted", by: "ann" },
    ].map((event) => ({ actorId: gatewayId, time: NOW, events: [event] }));
    expect(await told(4)).toEqual(changes);
    expect(published.every(({ type, partition }) => type === "gateway" && partition === 0)).toBe(true);
    const places = published.map(({ pos }) => pos);
    expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
  });

  test("waits in the database while the bus is away, also for another node", async () => {
    isBusAway = true;
    await call(broker, "gateways.create", { gatewayId: "gw-1" });
    await broker.stop();
    isBusAway = false;
    await start();
    expect(await told(1)).toMatchObject([{ actorId: "gw-1", events: [{ type: "gateway.created" }] }]);
    await call(broker, "gateways.create", { gatewayId: "gw-2" });
    expect(await told(2)).toHaveLength(2);
  });

  test("and the change go together: without the event there is no change", async () => {
    const { sequelize } = database;
    await sequelize.query("ALTER TABLE gateway_events RENAME TO hidden_events");
    const refused = await call(broker, "gateways.create", { gatewayId: "gw-1" }).catch(() => "refused");
    await sequelize.query("ALTER TABLE hidden_events RENAME TO gateway_events");
    expect(refused).toBe("refused");
    await expect(call(broker, "gateways.get", { gatewayId: "gw-1" })).rejects.toMatchObject({
      type: "GATEWAY_NOT_FOUND",
    });
  });

  test("is not waited for when the node stops", async () => {
    const stuck = { publish: () => new Promise<never>(() => {}) };
    const other = quietBroker();
    const { sequelize } = database;
    other.createService(gatewaysService({ sequelize, clock: () => NOW, publisher: stuck, log }));
    await other.start();
    await call(other, "gateways.create", { gatewayId: "gw-1" });
    await other.stop();
  });
});
