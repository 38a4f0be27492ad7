import { describe, expect, test, vi } from "vitest";
import type { Delivery } from "../../actors/runtime/ports.ts";
import { JournalWriter } from "../../services/job/journal/writer.ts";
import { report, update } from "../helpers/twin-builders.ts";
import { gatewayEvent, JournalScene, type OpenJournal } from "./journal-scene.ts";

export function journalConformance(name: string, open: OpenJournal): void {
  describe(`the journal on ${name}`, () => {
    const scene = new JournalScene(open);
    const { deliver, take, list, tail } = scene;
    const types = async (filter: string) => (await list({ filter })).events.map(({ type }) => type);

    test("keeps who did what to which gateway, when and why; newest first", async () => {
      await take(update({ a: 1 }, { by: "ann", reason: "a test", requestId: "r1" }));
      await take(report({ a: 1 }, { boot: "b", seq: 1 }));
      const { events } = await list();
      expect(events).toEqual([
        {
          id: "twin-0-2-0-0",
          type: "twin.reported.updated",
          gatewayId: "gw-1",
          severity: "INFO",
          time: "2026-03-01T00:00:02.000Z",
          actor: "gateway:gw-1",
          data: { patch: { a: 1 }, version: 2, sectionVersion: 1, boot: "b", seq: 1 },
        },
        {
          id: "twin-0-1-0-0",
          type: "twin.desired.updated",
          gatewayId: "gw-1",
          severity: "INFO",
          time: "2026-03-01T00:00:01.000Z",
          actor: "ann",
          reason: "a test",
          data: { patch: { a: 1 }, version: 1, sectionVersion: 1 },
        },
      ]);
    });

    test("shows a gateway's own events behind a prefix, once per id, and hides what only the twin needs", async () => {
      await take(report({}, { boot: "b", seq: 1 }));
      await take(gatewayEvent("door", "e1"));
      await take(gatewayEvent("door", "e1"));
      await take(gatewayEvent("twin.removed"));
      await take(gatewayEvent("door", "e1"), "gw-2");
      expect((await list({ filter: "gatewayId = gw-1", orderBy: "time" })).events).toMatchObject([
        {
          type: "gateway.event.door",
          severity: "WARNING",
          actor: "gateway:gw-1",
          data: { eventId: "e1", ts: 5, data: { open: true } },
        },
        { type: "gateway.event.twin.removed", data: { data: { open: true } } },
      ]);
      expect(await types("type = gateway.event.door")).toHaveLength(2);
    });

    test("a message that an actor could not bear is an error, its text bounded", async () => {
      const deadLetter = { command: { name: "x".repeat(100_000) }, error: "boom" };
      await deliver(scene.twins.deliveryOf([{ actorId: "gw-1", time: scene.now, deadLetter }]));
      const { events } = await list({ filter: "severity >= ERROR" });
      expect(events).toMatchObject([
        { type: "actor.message.dead", severity: "ERROR", data: { error: "boom" } },
      ]);
      expect(JSON.stringify(events).length).toBeLessThan(20_000);
    });

    test("copies insert nothing, alone or mixed with new events", async () => {
      const first = await take(update({ a: 1 }));
      const second = scene.twins.take("gw-1", update({ a: 2 }), scene.now);
      if (!first || !second) throw new Error("both are changes");
      await deliver(first);
      await deliver({ ...first, sequence: 99 });
      await deliver({ sequence: 100, rows: [...first.rows, ...second.rows, ...second.rows] });
      const { events, seq } = await tail({ afterSeq: 0 });
      expect(events.map(({ seq: place, event }) => [place, event.id])).toEqual([
        [1, "twin-0-1-0-0"],
        [2, "twin-0-2-0-0"],
      ]);
      expect(seq).toBe(2);
    });

    test("parts of one row, and large deliveries, keep every event in its place", async () => {
      const changes = Array.from({ length: 1000 }, (_, index) => ({
        actorId: `gw-${index % 7}`,
        time: scene.now + index,
        events: [{ type: "test.happened", index, text: "x".repeat(2000) }],
      }));
      const row = { pos: 7 };
      await deliver(scene.twins.deliveryOf(changes.slice(0, 400), row));
      await deliver(scene.twins.deliveryOf(changes.slice(400), { ...row, first: 400 }));
      const seen: unknown[] = [];
      for (let afterSeq = 0; afterSeq < 1000; ) {
        const page = await tail({ afterSeq, limit: 1000 });
        seen.push(...page.events.map(({ event }) => event.data.index));
        afterSeq = page.seq;
      }
      expect(seen).toEqual(changes.map((_, index) => index));
    });

    test("writers at the same time leave no gap and no event out", async () => {
      const deliveries = Array.from({ length: 30 }, (_, index) =>
        scene.twins.deliveryOf([
          { actorId: "gw-1", time: scene.now, events: [{ type: "test.happened", index }] },
        ]),
      );
      const deliverAll = async (delivery: Delivery): Promise<void> => {
        await deliver(delivery).catch(() => deliverAll(delivery));
      };
      await Promise.all(deliveries.map(deliverAll));
      const { events } = await tail({ afterSeq: 0, limit: 1000 });
      expect(events.map(({ seq }) => seq)).toEqual(deliveries.map((_, index) => index + 1));
      expect(new Set(events.map(({ event }) => event.data.index)).size).toBe(30);
    });

    test("writers that take turns read only what the others have added", async () => {
      const happened = () =>
        scene.twins.deliveryOf([{ actorId: "gw-1", time: scene.now, events: [{ type: "test.happened" }] }]);
      const nodes = [scene.sql, scene.sql].map((sql) => ({
        writer: new JournalWriter(sql),
        reads: vi.spyOn(sql, "read"),
      }));
      const turns = 20;
      for (let turn = 0; turn < turns; turn++) {
        for (const { writer } of nodes) await writer.append(happened().rows);
      }
      for (const { reads } of nodes) {
        const rows = reads.mock.settledResults.flatMap(({ value }) => value);
        expect(rows.filter((row) => Object.hasOwn(row, "content")).length).toBeLessThanOrEqual(turns);
      }
      expect((await tail({ afterSeq: 0, limit: 1000 })).events).toHaveLength(2 * turns);
    });

    test.each<[string, string[]]>([
      ["gatewayId = gw-2", ["twin.reported.updated"]],
      ["type = twin.desired.updated AND actor = ann", ["twin.desired.updated"]],
      ["severity > INFO", ["gateway.event.door"]],
      ["severity != INFO OR gatewayId = gw-2", ["twin.reported.updated", "gateway.event.door"]],
      ["NOT severity < WARNING", ["gateway.event.door"]],
      ['time > "2026-03-01T00:00:01Z" time < "2026-03-01T00:00:03Z"', ["gateway.event.door"]],
      ["time >= 2026-03-01T01:00:03+01:00", ["twin.reported.updated"]],
      ["id = twin-0-1-0-0", ["twin.desired.updated"]],
      ["type:gateway", ["gateway.event.door"]],
      ["actor = null", []],
    ])("the filter %s", async (filter, expected) => {
      await take(update({ a: 1 }));
      await take(gatewayEvent("door"));
      await take(report({ a: 1 }), "gw-2");
      // The colon of an offset has to be quoted in AIP-160.
      expect(await types(filter.replace(/(?<=>= )(2026\S+)/, '"$1"'))).toEqual(expected);
    });

    test("lists in pages, in both orders; events of one moment are told apart", async () => {
      for (let index = 0; index < 5; index++) {
        const delivery = scene.twins.take("gw-1", update({ index }), scene.now);
        if (delivery) await deliver(delivery);
      }
      expect(await versionsInPages("time")).toEqual([1, 2, 3, 4, 5]);
      expect(await versionsInPages("time desc")).toEqual([5, 4, 3, 2, 1]);
    });

    async function versionsInPages(orderBy: string): Promise<unknown[]> {
      const versions: unknown[] = [];
      let pageToken = "";
      do {
        const page = await list({ pageSize: 2, pageToken, orderBy });
        versions.push(...page.events.map(({ data }) => data.version));
        pageToken = page.nextPageToken;
      } while (pageToken);
      return versions;
    }

    test.each(["severity = FATAL", "data.x = 1", "secret = 1", "severity"])("refuses %s", async (filter) => {
      await expect(list({ filter })).rejects.toMatchObject({ type: "INVALID_FILTER" });
    });
  });
}
