import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AuditEntry } from "../../actors/contracts/audit.ts";
import { AuditTable } from "../../services/admin/audit/audit-table.ts";
import { AuditWriter, type AuditWriterSettings } from "../../services/admin/audit/audit-writer.ts";
import { listAuditLogs } from "../../services/admin/audit/list.ts";
import { trimOnce } from "../../services/admin/audit/retention.ts";
import { DATABASES, type OpenedDatabase, onMariadb } from "../helpers/databases.ts";

const START = Date.parse("2026-03-01T00:00:00Z");
const at = (ms: number) => new Date(START + ms).toISOString();

const entry = (index: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  time: START + index,
  actor: "user:ann",
  role: "operator",
  method: "PATCH",
  permission: "twins.updateDesired",
  target: `gateways/gw-${index}/twin/desired`,
  gatewayId: `gw-${index}`,
  status: 200,
  latencyMs: 3,
  requestId: `r-${index}`,
  sourceAddress: "2001:db8::1",
  ...more,
});
const entries = (count: number, more: Partial<AuditEntry> = {}) =>
  Array.from({ length: count }, (_, index) => entry(index, more));

/** Writers on a database, and what they could not write. */
class TestTrail {
  readonly told: string[] = [];
  dropped = 0;
  readonly #database: OpenedDatabase;

  constructor(database: OpenedDatabase) {
    this.#database = database;
  }

  writer(settings: Partial<AuditWriterSettings> = {}): AuditWriter {
    const count = (name: string, _labels?: object, n = 1) => {
      if (name === "gateway_twin.audit.dropped.total") this.dropped += n;
    };
    const error = (_message: string, fields?: object) => void this.told.push(JSON.stringify(fields));
    const log = { info: () => {}, warn: () => {}, error };
    const counters = { count, gauge: () => undefined };
    return new AuditWriter({ sequelize: this.#database.sequelize, counters, log, settings });
  }
}

async function requestIdsIn(table: AuditTable, filter: string, orderBy = "time"): Promise<string[]> {
  const { auditLogs } = await listAuditLogs(table, { filter, orderBy, pageSize: 1000 });
  return auditLogs.map(({ requestId }) => requestId);
}

describe.each(DATABASES)("the audit trail on %s", (_driver, open) => {
  let database: OpenedDatabase;
  let table: AuditTable;
  let trail: TestTrail;
  beforeAll(async () => {
    database = await open();
    table = new AuditTable(database.sequelize);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.clear("audit_logs");
    trail = new TestTrail(database);
  });

  async function write(all: readonly AuditEntry[]): Promise<void> {
    const writer = trail.writer();
    for (const each of all) writer.append(each);
    await writer.stop();
  }

  const requestIds = (filter: string, orderBy = "time") => requestIdsIn(table, filter, orderBy);

  test("a clean stop loses nothing of what was told before", async () => {
    await write(entries(2000));
    expect(await requestIds("")).toHaveLength(1000);
    expect(await table.removeSurplus(0, 5000)).toBe(2000);
    expect(trail.dropped).toBe(0);
  });

  test("it can be filtered, in words of any language, and put in order", async () => {
    const denied = {
      actor: "key:é漢😀",
      status: 403,
      reason: "PERMISSION_DENIED",
      role: "thirdparty",
    } as const;
    await write([entry(0), entry(1, denied), entry(2, { permission: "gateways.update" }), entry(3, denied)]);
    expect(await requestIds('actor = "key:é漢😀"')).toEqual(["r-1", "r-3"]);
    expect(await requestIds("permission = gateways.update OR gatewayId = gw-0")).toEqual(["r-0", "r-2"]);
    expect(await requestIds("status >= 400 AND gatewayId = gw-3 AND actor = nobody")).toEqual([]);
    expect(await requestIds("reason = PERMISSION_DENIED", "time desc")).toEqual(["r-3", "r-1"]);
    expect(await requestIds(`time > ${at(0)} AND time <= ${at(2)} AND NOT status = 403`)).toEqual(["r-2"]);
    expect(await requestIds("NOT reason:*")).toEqual(["r-0", "r-2"]);
    await expect(requestIds("password = x")).rejects.toMatchObject({ type: "INVALID_FILTER" });
  });

  test.each(["time", "time desc"])(
    "pages by %s have each log once, also where times are equal",
    async (orderBy) => {
      await write(entries(25, { time: START }));
      const seen: string[] = [];
      let pageToken = "";
      do {
        const page = await listAuditLogs(table, { orderBy, pageSize: 7, pageToken });
        seen.push(...page.auditLogs.map(({ requestId }) => requestId));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      expect(seen).toHaveLength(25);
      expect(new Set(seen).size).toBe(25);
    },
  );

  test("what was written already is not written twice", async () => {
    const row = { auditLogId: "the same", ...entry(1) };
    await table.add([row]);
    await table.add([row, { auditLogId: "another", ...entry(2) }]);
    expect(await requestIds("")).toEqual(["r-1", "r-2"]);
  });

  test("what is too old goes, then what is too much, bit by bit", async () => {
    await write(entries(20));
    const settings = { maxAgeMs: 1000, maxLogs: 4, batchSize: 5 };
    const trim = () => trimOnce(table, settings, START + 1007);
    expect([await trim(), await trim(), await trim(), await trim(), await trim()]).toEqual([5, 2, 5, 4, 0]);
    expect(await requestIds("")).toEqual(["r-16", "r-17", "r-18", "r-19"]);
  });
});

describe("while the database is stuck", () => {
  let database: OpenedDatabase;
  beforeAll(async () => {
    database = await onMariadb();
  });
  afterAll(() => database.close());

  /** Nobody else can write or read the table meanwhile. */
  async function stuck(work: () => Promise<void>): Promise<void> {
    const { sequelize } = database;
    await sequelize.transaction(async (transaction) => {
      await sequelize.query("LOCK TABLES audit_logs WRITE", { transaction });
      await work().finally(() => sequelize.query("UNLOCK TABLES", { transaction }));
    });
  }

  test("calls wait a little for room; then the node's log has what the table does not get", async () => {
    const trail = new TestTrail(database);
    const writer = trail.writer({ maxWaiting: 3, roomMs: 30 });
    let room: Promise<void> | undefined;
    await stuck(async () => {
      for (const each of entries(3)) writer.append(each);
      const start = performance.now();
      await writer.room();
      expect(performance.now() - start).toBeGreaterThan(28);
      writer.append(entry(3));
      expect(trail).toMatchObject({ dropped: 1, told: [expect.stringContaining("r-3")] });
      room = writer.room();
    });
    await room;
    await writer.stop();
    expect(await requestIdsIn(new AuditTable(database.sequelize), "")).toEqual(["r-0", "r-1", "r-2"]);
    expect(trail.dropped).toBe(1);
  });

  test("a stop does not wait for ever", async () => {
    const trail = new TestTrail(database);
    const writer = trail.writer({ flushMs: 30 });
    await stuck(async () => {
      for (const each of entries(2)) writer.append(each);
      await writer.stop();
      expect(trail).toMatchObject({ dropped: 2, told: [expect.stringContaining("r-0"), expect.anything()] });
    });
  });
});
