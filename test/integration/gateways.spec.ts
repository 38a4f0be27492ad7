import type { ServiceBroker, ServiceSchema } from "moleculer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Params } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { call, events } from "../../mixins/bridge.ts";
import { verifyPassword } from "../../mixins/password.ts";
import { gatewaysService } from "../../services/core/gateways/gateways.service.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";
import { quietBroker } from "./rest-harness.ts";

let broker: ServiceBroker;
let database: OpenedDatabase;
let now: number;
/** What the twins service was asked to forget, and whether it can. */
let removed: string[];
let twinsFail: boolean;
let revoked: string[];

const twins: ServiceSchema = {
  name: "twins",
  actions: {
    remove({ params }: { params: Params<"twins.remove"> }) {
      if (twinsFail) throw new DomainError("OVERLOADED");
      removed.push(params.gatewayId);
      return null;
    },
  },
};
const listener: ServiceSchema = {
  name: "listener",
  events: events({ "gateways.credentialsRevoked": ({ gatewayId }) => void revoked.push(gatewayId) }),
};

const create = (gatewayId: string, more: Omit<Params<"gateways.create">, "gatewayId"> = {}) =>
  call(broker, "gateways.create", { gatewayId, ...more });
const list = (params: Params<"gateways.list"> = {}) => call(broker, "gateways.list", params);
const idsOf = async (params?: Params<"gateways.list">) =>
  (await list(params)).gateways.map(({ gatewayId }) => gatewayId);

describe.each(DATABASES)("the registry of gateways on %s", (_driver, open) => {
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    now = Date.parse("2026-03-01T00:00:00Z");
    removed = [];
    revoked = [];
    twinsFail = false;
    await database.clear("gateways", "gateway_events");
    const { sequelize } = database;
    broker = quietBroker();
    const publisher = { publish: async () => {} };
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const gateways = gatewaysService({ sequelize, clock: () => now, publisher, log });
    for (const schema of [gateways, twins, listener]) broker.createService(schema);
    await broker.start();
  });

  afterEach(() => broker.stop());

  describe("the service", () => {
    test("has no actions but those of the contract", () => {
      const names = broker.registry.getActionList({}).map(({ name }: { name: string }) => name);
      expect(names.filter((name: string) => name.startsWith("gateways.")).toSorted()).toEqual([
        "gateways.batchCreate",
        "gateways.create",
        "gateways.delete",
        "gateways.get",
        "gateways.list",
        "gateways.passwordHash",
        "gateways.rotateCredentials",
        "gateways.update",
      ]);
    });

    test.each(["query", "sort", "fields", "search", "limit", "populate"])(
      "takes no %s of moleculer-db",
      async (name) => {
        await expect(broker.call("gateways.list", { [name]: "gatewayId" })).rejects.toThrow(
          `${name} is unknown`,
        );
      },
    );

    test("leaves the database open when it ends", async () => {
      const service = broker.getLocalService("gateways");
      if (service) await broker.destroyService(service);
      expect(await database.sequelize.query("SELECT 1")).toBeDefined();
    });

    test("uses the database it was given, not a copy", async () => {
      await create("gw-1");
      const [rows] = await database.sequelize.query("SELECT gateway_id, deleting FROM gateways");
      expect(rows).toEqual([{ gateway_id: "gw-1", deleting: 0 }]);
    });
  });

  describe("credentials", () => {
    test("are random, and only their hash is kept", async () => {
      const { credentials } = await create("gw-1");
      expect(credentials).toEqual({ username: "gw-1", password: expect.stringMatching(/^[\w-]{43}$/) });
      const { hash } = await call(broker, "gateways.passwordHash", { gatewayId: "gw-1" });
      expect(await verifyPassword(credentials.password, hash ?? "")).toBe(true);
      expect(await call(broker, "gateways.get", { gatewayId: "gw-1" })).not.toHaveProperty("credentials");
    });

    test("can be exchanged, which ends connections", async () => {
      const { credentials: old } = await create("gw-1");
      const { credentials } = await call(broker, "gateways.rotateCredentials", { gatewayId: "gw-1" });
      const { hash } = await call(broker, "gateways.passwordHash", { gatewayId: "gw-1" });
      expect(await verifyPassword(credentials.password, hash ?? "")).toBe(true);
      expect(await verifyPassword(old.password, hash ?? "")).toBe(false);
      expect(revoked).toEqual(["gw-1"]);
    });

    test("of nobody have no hash", async () => {
      expect(await call(broker, "gateways.passwordHash", { gatewayId: "gw-9" })).toEqual({ hash: null });
    });
  });

  describe("creating", () => {
    test("makes up an id when none is given", async () => {
      const { gatewayId } = await call(broker, "gateways.create", {});
      expect(gatewayId).toMatch(/^gw-[a-z2-7]{12}$/);
    });

    test("tells ids apart by case", async () => {
      await create("gw-a");
      await create("GW-A");
      expect(await idsOf()).toEqual(["GW-A", "gw-a"]);
    });

    test("the same twice is refused, also at the same time", async () => {
      const results = await Promise.allSettled([create("gw-1"), create("gw-1"), create("gw-1")]);
      const failures = results.filter(({ status }) => status === "rejected");
      expect(failures.map((failure) => "reason" in failure && failure.reason.type)).toEqual([
        "GATEWAY_EXISTS",
        "GATEWAY_EXISTS",
      ]);
    });

    test("a batch is all or nothing", async () => {
      await create("gw-5");
      const requests = ["gw-4", "gw-5", "gw-6"].map((gatewayId) => ({ gatewayId }));
      await expect(call(broker, "gateways.batchCreate", { requests })).rejects.toMatchObject({
        type: "GATEWAY_EXISTS",
        data: { gatewayId: "gw-5" },
      });
      const twice = { requests: [{ gatewayId: "gw-7" }, {}, { gatewayId: "gw-7" }] };
      await expect(call(broker, "gateways.batchCreate", twice)).rejects.toMatchObject({
        data: { gatewayId: "gw-7" },
      });
      expect(await idsOf()).toEqual(["gw-5"]);
    });

    test("a thousand at once does not stop others", async () => {
      const requests = Array.from({ length: 1000 }, (_, index) => ({
        gatewayId: `gw-${index}`,
        labels: { n: "1" },
      }));
      let turns = 0;
      const turning = setInterval(() => (turns += 1), 1);
      const { gateways } = await call(broker, "gateways.batchCreate", { requests });
      clearInterval(turning);
      expect(gateways.map(({ gatewayId }) => gatewayId)).toEqual(requests.map(({ gatewayId }) => gatewayId));
      expect(new Set(gateways.map(({ credentials }) => credentials.password)).size).toBe(1000);
      expect(turns).toBeGreaterThan(10);
    });
  });

  describe("updating", () => {
    test("merges labels and leaves what is not given", async () => {
      await create("gw-1", { displayName: "One", labels: { site: "a", old: "x" } });
      now += 1000;
      const labels = { old: null, new: "y" };
      expect(await call(broker, "gateways.update", { gatewayId: "gw-1", labels })).toEqual({
        gatewayId: "gw-1",
        displayName: "One",
        labels: { site: "a", new: "y" },
        createTime: "2026-03-01T00:00:00.000Z",
        updateTime: "2026-03-01T00:00:01.000Z",
      });
      expect(await call(broker, "gateways.update", { gatewayId: "gw-1", displayName: "" })).toMatchObject({
        displayName: "",
        labels: { site: "a", new: "y" },
      });
    });

    test("that changes nothing leaves the time as it was", async () => {
      const { credentials: _, ...created } = await create("gw-1", {
        displayName: "One",
        labels: { a: "1", b: "2" },
      });
      now += 1000;
      for (const same of [{}, { displayName: "One" }, { labels: { b: "2", a: "1", none: null } }])
        expect(await call(broker, "gateways.update", { gatewayId: "gw-1", ...same })).toEqual(created);
    });

    test("refuses keys that no label may have", async () => {
      await create("gw-1");
      const params = { gatewayId: "gw-1", labels: { "no spaces": "x" } };
      await expect(call(broker, "gateways.update", params)).rejects.toMatchObject({
        type: "INVALID_ARGUMENT",
      });
    });

    test("loses none of many changes at once", async () => {
      await create("gw-1");
      const keys = Array.from({ length: 8 }, (_, index) => `k${index}`);
      await Promise.all(
        keys.map((key) => call(broker, "gateways.update", { gatewayId: "gw-1", labels: { [key]: "1" } })),
      );
      const { labels } = await call(broker, "gateways.get", { gatewayId: "gw-1" });
      expect(Object.keys(labels).toSorted()).toEqual(keys);
    });
  });

  describe("deleting", () => {
    const remove = (gatewayId: string) => call(broker, "gateways.delete", { gatewayId });
    const missing = { type: "GATEWAY_NOT_FOUND", data: { gatewayId: "gw-1" } };

    test("ends connections, removes the twin and then the gateway", async () => {
      await create("gw-1");
      expect(await remove("gw-1")).toBeNull();
      expect({ revoked, removed }).toEqual({ revoked: ["gw-1"], removed: ["gw-1"] });
      expect((await database.sequelize.query("SELECT * FROM gateways"))[0]).toEqual([]);
      await expect(remove("gw-1")).rejects.toMatchObject(missing);
    });

    describe("when the twin could not be removed", () => {
      beforeEach(async () => {
        await create("gw-1");
        await create("gw-2");
        twinsFail = true;
        await expect(remove("gw-1")).rejects.toMatchObject({ type: "OVERLOADED" });
        twinsFail = false;
      });

      test("the gateway is gone for everyone all the same", async () => {
        const gatewayId = "gw-1";
        await expect(call(broker, "gateways.get", { gatewayId })).rejects.toMatchObject(missing);
        await expect(call(broker, "gateways.update", { gatewayId })).rejects.toMatchObject(missing);
        await expect(call(broker, "gateways.rotateCredentials", { gatewayId })).rejects.toMatchObject(
          missing,
        );
        expect(await call(broker, "gateways.passwordHash", { gatewayId })).toEqual({ hash: null });
        expect(await idsOf()).toEqual(["gw-2"]);
      });

      test("deleting it again ends what was begun", async () => {
        await remove("gw-1");
        expect(removed).toEqual(["gw-1"]);
        await expect(remove("gw-1")).rejects.toMatchObject(missing);
      });

      test("creating it again ends what was begun first", async () => {
        await create("gw-1", { displayName: "new" });
        expect(removed).toEqual(["gw-1"]);
        expect(await call(broker, "gateways.get", { gatewayId: "gw-1" })).toMatchObject({
          displayName: "new",
        });
      });
    });
  });
});
