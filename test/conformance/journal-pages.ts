import { describe, expect, test } from "vitest";
import type { Change, DeliveredRow, Delivery } from "../../actors/runtime/ports.ts";
import { up as createOld } from "../../stores/migrations/0006-journal.ts";
import { up as moveToPages } from "../../stores/migrations/0011-journal.ts";
import { seededRandom } from "../helpers/random.ts";
import { JournalScene, type OpenJournal } from "./journal-scene.ts";

const HOUR = 3_600_000;
const SEVERITIES = ["INFO", "INFO", "INFO", "WARNING", "ERROR"] as const;

export function journalPagesConformance(name: string, open: OpenJournal): void {
  describe(`pages of the journal on ${name}`, () => {
    const scene = new JournalScene(open);
    const { deliver, list, tail } = scene;
    const happened = (index: number, more: Partial<Change> = {}): Change => ({
      actorId: "gw-1",
      time: scene.now,
      events: [{ type: "test.happened", index }],
      ...more,
    });
    const rowsOf = (pos: number, changes: readonly Change[]): Delivery =>
      scene.twins.deliveryOf(changes, { pos });
    const indexes = async (filter = "", orderBy = "time") => {
      const found: unknown[] = [];
      let pageToken = "";
      do {
        const page = await list({ filter, orderBy, pageToken, pageSize: 37 });
        found.push(...page.events.map(({ data }) => data.index));
        pageToken = page.nextPageToken;
      } while (pageToken);
      return found;
    };

    test("the list is in the order of times, whoever was late, under every filter", async () => {
      const random = seededRandom(1107);
      const pick = (count: number) => Math.floor(random() * count);
      const all = Array.from({ length: 900 }, (_, index) => {
        const late = pick(40) === 0 ? pick(3 * HOUR) : pick(400);
        const event = { type: `test.${pick(3)}`, severity: SEVERITIES[pick(5)], index };
        return happened(index, {
          actorId: `gw-${pick(30)}`,
          time: scene.now + index * 20 - late,
          events: [event],
        });
      });
      for (let at = 0; at < all.length; at += 150) await deliver(rowsOf(at + 1, all.slice(at, at + 150)));
      const eventOf = ({ events: [event] = [] }: Change) => event as { type: string; severity: string };
      const expected: readonly [string, (change: Change) => boolean][] = [
        ["", () => true],
        ["gatewayId = gw-7", ({ actorId }) => actorId === "gw-7"],
        ["severity > INFO", (change) => eventOf(change).severity !== "INFO"],
        [
          "severity = WARNING AND type = test.1",
          (change) => {
            const { type, severity } = eventOf(change);
            return type === "test.1" && severity === "WARNING";
          },
        ],
        [`time >= "${new Date(scene.now).toISOString()}"`, ({ time }) => time >= scene.now],
      ];
      for (const [filter, accepts] of expected) {
        const sorted = all
          .map((change, index) => ({ change, index }))
          .filter(({ change }) => accepts(change));
        sorted.sort((a, b) => a.change.time - b.change.time || a.index - b.index);
        const order = sorted.map(({ index }) => index);
        expect(await indexes(filter, "time"), filter).toEqual(order);
        expect(await indexes(filter, "time desc"), filter).toEqual(order.toReversed());
      }
    });

    test("the tail goes on in the middle of a page, also that of one gateway", async () => {
      await deliver(
        rowsOf(
          1,
          Array.from({ length: 100 }, (_, index) => happened(index, { actorId: `gw-${index % 3}` })),
        ),
      );
      const page = await tail({ afterSeq: 39, limit: 5 });
      expect(page.events.map(({ event }) => event.data.index)).toEqual([39, 40, 41, 42, 43]);
      expect(page.seq).toBe(44);
      const own = await tail({ afterSeq: 39, gatewayId: "gw-1", limit: 3 });
      expect(own.events.map(({ event }) => event.data.index)).toEqual([40, 43, 46]);
      expect(await tail({ afterSeq: 98, gatewayId: "gw-1" })).toMatchObject({ events: [], seq: 100 });
    });

    test("a row that comes late, because it was put aside, is no copy; it is one the second time", async () => {
      const late = rowsOf(2, [happened(2)]);
      await deliver(rowsOf(1, [happened(1)]));
      await deliver(rowsOf(3, [happened(3)]));
      for (let times = 0; times < 2; times++) await deliver(late);
      expect(await indexes()).toEqual([1, 3, 2]);
    });

    test("another node knows what is there, in the index or not: copies insert nothing", async () => {
      const changes = Array.from({ length: 1100 }, (_, index) => happened(index));
      const [first, second] = [rowsOf(1, changes), rowsOf(2, [happened(1100)])];
      await deliver(first);
      await deliver(second);
      const other = await scene.anotherNode();
      const again: DeliveredRow[] = [...first.rows, ...second.rows, ...rowsOf(3, [happened(1101)]).rows];
      await other.deliver({ sequence: 9, rows: again });
      await deliver({ sequence: 10, rows: again });
      await other.stop();
      expect(await indexes()).toEqual(Array.from({ length: 1102 }, (_, index) => index));
      expect(await tail({ afterSeq: 1101 })).toMatchObject({ events: [{ seq: 1102 }], seq: 1102 });
    });

    test("what was there before there were pages is moved into them, with all that is known of it", async () => {
      const context = scene.schema;
      for (const table of ["pages", "terms", "index", "bases", "state"])
        await context.dropTable(`journal_${table}`);
      await createOld({ context });
      const old = Array.from({ length: 1200 }, (_, index) => ({
        seq: index + 11,
        id: index === 5 ? "gateway.event.abc" : `twin-${index % 3}-${Math.floor(index / 3)}-0-0`,
        gateway_id: `gw-${index % 7}`,
        type: "test.happened",
        severity: index % 4,
        time: scene.now + index * 10,
        actor: index % 2 ? "ann" : `gateway:gw-${index % 7}`,
        reason: index % 2 ? "why" : null,
        version: null,
        data: JSON.stringify({ index }),
      }));
      await context.bulkUpdate("journal_state", { trimmed: 10 }, { id: 1 });
      await context.bulkInsert("journal_events", old);
      await moveToPages({ context });
      const all = old.map((_, index) => index);
      expect(await indexes()).toEqual(all);
      expect(await indexes("actor = ann AND severity = CRITICAL")).toEqual(
        all.filter((index) => index % 4 === 3),
      );
      const copy = happened(0, { actorId: "gw-2", time: scene.now + 11_920 });
      await deliver(scene.twins.deliveryOf([copy], { partition: 1, pos: 397 }));
      await deliver(scene.twins.deliveryOf([happened(1200)], { partition: 1, pos: 400 }));
      expect(await tail({ afterSeq: 1209 })).toMatchObject({
        events: [{ seq: 1210 }, { seq: 1211 }],
        seq: 1211,
      });
    });
  });
}
