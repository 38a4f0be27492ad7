import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PresenceState } from "../../actors/contracts/presence.ts";
import type { DeliveredRow } from "../../actors/runtime/ports.ts";
import { PresenceCounts } from "../../services/core/presence/counts.ts";
import { up } from "../../stores/migrations/0009-presence.ts";
import type { OpenedDatabase } from "../helpers/databases.ts";
import { seededRandom } from "../helpers/random.ts";

const changed = (from: PresenceState, to: PresenceState) => ({
  type: "presence.changed",
  from,
  to,
  reason: "lost",
});
const rowOf = (place: Partial<DeliveredRow>, events: readonly object[]): DeliveredRow => {
  const changes = events.map((event) => ({ actorId: "gw", time: 1, events: [event] }));
  return { type: "presence", partition: 0, pos: 1, epoch: 1, first: 0, ...place, changes };
};
const registered = (pos: number, type = "gateway.created") =>
  rowOf({ type: "gateway", pos }, [{ type, by: "ann" }]);

export function presenceCountsConformance(name: string, open: () => Promise<OpenedDatabase>): void {
  describe(`the counts on ${name}`, () => {
    let database: OpenedDatabase;
    let counts: PresenceCounts;

    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(async () => {
      await database.clear("presence_counts");
      counts = new PresenceCounts(database.sequelize);
    });

    const take = async (...rows: readonly DeliveredRow[]) =>
      (await counts.take({ sequence: 1, rows })).length;
    const summary = async () => {
      const { counts: byState, total } = await counts.summary();
      return [byState.UNKNOWN, byState.ONLINE, byState.SUSPECT, byState.OFFLINE, total];
    };

    test("are zero, and UNKNOWN are those that are registered and not heard of", async () => {
      expect(await summary()).toEqual([0, 0, 0, 0, 0]);
      await take(...[1, 2, 3].map((pos) => registered(pos)));
      await take(
        rowOf({}, [changed("UNKNOWN", "ONLINE"), changed("UNKNOWN", "ONLINE"), changed("ONLINE", "SUSPECT")]),
      );
      expect(await summary()).toEqual([1, 1, 1, 0, 3]);
      await take(
        rowOf({ pos: 2 }, [changed("SUSPECT", "OFFLINE"), { type: "presence.removed", from: "ONLINE" }]),
      );
      await take(registered(4, "gateway.deleted"), registered(5, "gateway.updated"));
      expect(await summary()).toEqual([1, 0, 0, 1, 2]);
      await take(
        rowOf(
          { partition: 1 },
          Array.from({ length: 9 }, () => changed("UNKNOWN", "ONLINE")),
        ),
      );
      expect(await summary()).toEqual([0, 9, 0, 1, 10]);
    });

    test("parts of a row count once each; rows of other types do not", async () => {
      const whole = Array.from({ length: 6 }, () => changed("UNKNOWN", "ONLINE"));
      const [head, tail] = [
        rowOf({ pos: 3 }, whole.slice(0, 4)),
        rowOf({ pos: 3, first: 4 }, whole.slice(4)),
      ];
      expect(await take(head, rowOf({ type: "twin" }, whole))).toBe(1);
      expect(await take(head, tail)).toBe(1);
      expect(await take(head, tail)).toBe(0);
      expect(await summary()).toEqual([0, 6, 0, 0, 6]);
    });

    test("the registry's rows may overtake each other, and each counts once", async () => {
      expect(await take(registered(2), registered(9))).toBe(2);
      expect(await take(registered(5), registered(9), registered(2))).toBe(1);
      expect(await take(registered(5), registered(1))).toBe(1);
      expect(await take(registered(1_000_000))).toBe(1);
      expect(await summary()).toEqual([5, 0, 0, 0, 5]);
    });

    test("two that count at the same time count everything once", async () => {
      const others = new PresenceCounts(database.sequelize);
      const rows = Array.from({ length: 20 }, (_, partition) =>
        rowOf({ partition }, [changed("UNKNOWN", "ONLINE")]),
      );
      const delivery = { sequence: 1, rows };
      const single = (pos: number) => ({ sequence: 1, rows: [registered(pos)] });
      await Promise.all([counts.take(delivery), others.take(delivery), counts.take(delivery)]);
      await Promise.all([counts.take(single(1)), others.take(single(2)), counts.take(single(3))]);
      expect(await summary()).toEqual([0, 20, 0, 0, 20]);
      const pos = Array.from({ length: 21 }, (_, n) => n + 4);
      await take(...pos.map((one) => registered(one)));
      expect(await summary()).toEqual([4, 20, 0, 0, 24]);
    });

    test("random deliveries with copies add up", async () => {
      const random = seededRandom(11);
      const states: readonly PresenceState[] = ["ONLINE", "SUSPECT", "OFFLINE"];
      const actual = new Map<number, PresenceState>();
      const rows: DeliveredRow[] = [];
      for (let n = 0; n < 300; n++) {
        const gateway = Math.floor(random() * 40);
        const to = states[Math.floor(random() * 3)] ?? "ONLINE";
        const place = { partition: gateway % 4, pos: n + 1 };
        rows.push(rowOf(place, [changed(actual.get(gateway) ?? "UNKNOWN", to)]));
        actual.set(gateway, to);
      }
      for (let at = 0; at < rows.length; at += 7) {
        const again = Math.max(0, at - Math.floor(random() * 50));
        await take(...rows.slice(again, at + 7));
      }
      const count = (state: PresenceState) => [...actual.values()].filter((one) => one === state).length;
      expect(await summary()).toEqual([0, ...states.map(count), actual.size]);
    });

    test("begin with the gateways there are, and not with what told of them", async () => {
      const { sequelize } = database;
      const context = sequelize.getQueryInterface();
      const gateway = { display_name: "", labels: "{}", password_hash: "", create_time: 1, update_time: 1 };
      const event = { time: 1, event: '{"type":"gateway.created"}' };
      await context.bulkInsert("gateways", [
        { ...gateway, gateway_id: "gw-1", deleting: false },
        { ...gateway, gateway_id: "gw-2", deleting: true },
      ]);
      await context.bulkInsert("gateway_events", [{ ...event, gateway_id: "gw-1" }]);
      for (const table of ["presence_counts", "presence_vitals"]) await context.dropTable(table);
      await up({ context });
      expect(await summary()).toEqual([1, 0, 0, 0, 1]);
      const [waiting] = await sequelize.query("SELECT id FROM gateway_events");
      expect(waiting).toHaveLength(1);
      const { id } = (waiting as { id: number }[])[0] ?? expect.fail("its event waits");
      expect(await take(registered(id))).toBe(0);
      // The next one that the registry writes has a number of its own.
      await context.bulkInsert("gateway_events", [{ ...event, gateway_id: "gw-3" }]);
      const [[newest]] = await sequelize.query("SELECT MAX(id) AS id FROM gateway_events");
      expect(await take(registered(Number((newest as { id: number }).id)))).toBe(1);
    });
  });
}
