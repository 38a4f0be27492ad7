import { ServiceBroker as Broker, type ServiceBroker } from "moleculer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConfigEvent } from "../../actors/config/contract.ts";
import type { ConfigPhase } from "../../actors/contracts/config.ts";
import type { DeliveredRow } from "../../actors/runtime/ports.ts";
import { metricCounters } from "../../mixins/counters.ts";
import { metricsText } from "../../mixins/metrics-page.ts";
import { ConfigCounts } from "../../services/core/config/counts.ts";
import { gaugePhases, summarize } from "../../services/core/config/summary.ts";
import { DATABASES, type OpenedDatabase } from "../helpers/databases.ts";

const phases = (from: ConfigPhase | null, to: ConfigPhase | null): ConfigEvent => ({
  type: "config.changed",
  set: {},
  phases: [from, to],
});
const converged = (lagMs: number): ConfigEvent => ({
  type: "config.converged",
  desiredVersion: 1,
  lagMs,
  attempts: 0,
});
const failed: ConfigEvent = {
  type: "config.failed",
  severity: "WARNING",
  reason: "NO_RESPONSE",
  desiredVersion: 1,
  attempts: 8,
};

/** A row with one change per event. */
const row = (partition: number, pos: number, events: readonly ConfigEvent[], first = 0): DeliveredRow => ({
  type: "config",
  partition,
  pos,
  epoch: 1,
  first,
  changes: events.map((event, n) => ({ actorId: `gw-${n}`, time: 1000, events: [event] })),
});
const opened = (n: number) => Array.from({ length: n }, () => phases(null, "DELIVERING"));
const NONE = { IN_SYNC: 0, PENDING: 0, DELIVERING: 0, FAILED: 0 };

describe.each(DATABASES)("on %s", (_driver, open) => {
  let database: OpenedDatabase;
  let counts: ConfigCounts;
  let broker: ServiceBroker;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.clear("config_counts");
    counts = new ConfigCounts(database.sequelize);
    broker = new Broker({ logger: false, metrics: true });
    await broker.start();
  });
  afterEach(() => broker.stop());

  test("every change of a phase counts, in all partitions", async () => {
    expect(await counts.totals()).toEqual(NONE);
    await counts.add([
      row(0, 1, opened(5)),
      row(7, 4, opened(2)),
      row(0, 2, [phases("DELIVERING", "IN_SYNC")]),
    ]);
    expect(await counts.totals()).toEqual({ ...NONE, DELIVERING: 6, IN_SYNC: 1 });
    await counts.add([row(7, 9, [phases("DELIVERING", "PENDING"), phases("DELIVERING", null)])]);
    expect(await counts.totals()).toEqual({ ...NONE, DELIVERING: 4, IN_SYNC: 1, PENDING: 1 });
  });

  test("copies do not, whatever comes with them; a row in parts does, part by part", async () => {
    const rows = [row(0, 1, opened(3)), row(0, 2, opened(2)), row(0, 2, opened(2), 2), row(0, 3, opened(1))];
    expect(await counts.add(rows.slice(0, 2))).toEqual(rows.slice(0, 2));
    expect(await counts.add(rows.slice(1, 3))).toEqual(rows.slice(2, 3));
    expect(await counts.add(rows)).toEqual(rows.slice(3));
    expect(await counts.add(rows)).toEqual([]);
    expect(await counts.totals()).toEqual({ ...NONE, DELIVERING: 8 });
  });

  test("of two that count the same rows at the same time one counts", async () => {
    await counts.add([row(0, 1, opened(1))]);
    const both = [counts.add([row(0, 2, opened(1))]), counts.add([row(0, 2, opened(1))])];
    const settled = await Promise.allSettled(both);
    expect(settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []))).toHaveLength(1);
    expect(await counts.totals()).toEqual({ ...NONE, DELIVERING: 2 });
  });

  test("the page of metrics shows phases, how long gateways took, and failures; copies are not measured again", async () => {
    const metrics = metricCounters(broker);
    const handle = summarize(counts, metrics);
    const events = [...opened(2), phases("DELIVERING", "IN_SYNC"), converged(700), converged(4000), failed];
    const twinRow = { ...row(0, 9, []), type: "twin" };
    for (let n = 0; n < 2; n += 1) await handle({ sequence: n, rows: [twinRow, row(0, 1, events)] });
    await gaugePhases(counts, metrics);
    const lines = metricsText(broker, metrics)()
      .split("\n")
      .filter((line) => line.includes("gateway_twin_config") && !line.startsWith("#"))
      .map((line) => line.replace(/(namespace|nodeID)="[^"]*",?/g, "").replace("{}", ""));
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/config_gateways\{phase="IN_SYNC",?\} 1$/),
        expect.stringMatching(/config_gateways\{phase="DELIVERING",?\} 1$/),
        expect.stringMatching(/config_lag_seconds_bucket\{.*le="1",?\} 1$/),
        expect.stringMatching(/config_lag_seconds_bucket\{.*le="5",?\} 2$/),
        expect.stringMatching(/config_lag_seconds_count.* 2$/),
        expect.stringMatching(/config_lag_seconds_sum.* 4\.7$/),
        expect.stringMatching(/config_failed_total\{reason="NO_RESPONSE",?\} 1$/),
      ]),
    );
  });
});
