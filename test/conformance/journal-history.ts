import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TwinCommand } from "../../actors/twin/contract.ts";
import { EMPTY_TWIN } from "../../actors/twin/state.ts";
import { RETENTION } from "../../services/job/journal/retention.ts";
import { patches, report, update } from "../helpers/twin-builders.ts";
import { gatewayEvent, JournalScene, type OpenJournal } from "./journal-scene.ts";

const HOUR = 3_600_000;
const removal: TwinCommand = { name: "removeTwin", params: { by: "ann" } };

export function journalHistoryConformance(name: string, open: OpenJournal): void {
  describe(`history and retention of the journal on ${name}`, () => {
    const scene = new JournalScene(open);
    const { take, trim, trimTo, list, tail, history } = scene;

    test("the history: changes newest first, in pages, and a new one after a removal", async () => {
      await take(update({ a: 1 }, { reason: "why" }));
      await take(gatewayEvent("door"));
      await take(report({ a: 2 }));
      await take(update({ b: 1 }));
      const first = await history({ pageSize: 2 });
      if (!("history" in first)) throw new Error("a list was asked for");
      expect(first.history).toMatchObject([
        { version: 3, section: "desired", sectionVersion: 2, patch: { b: 1 }, actor: "ann" },
        { version: 2, section: "reported", sectionVersion: 1, patch: { a: 2 }, actor: "gateway:gw-1" },
      ]);
      const rest = await history({ pageSize: 2, pageToken: first.nextPageToken });
      expect(rest).toMatchObject({ history: [{ version: 1, reason: "why" }], nextPageToken: "" });
      await take(removal);
      expect(await history()).toMatchObject({ history: [] });
      expect(await history({ at: "0" })).toMatchObject({ version: 0, desired: { state: {} } });
      await expect(history({ at: "1" })).rejects.toMatchObject({ type: "VERSION_NOT_FOUND" });
      await take(update({ c: 1 }));
      expect(await history({ at: "1" })).toMatchObject({ version: 1, desired: { state: { c: 1 } } });
    });

    test("at a time the twin is as its last change before had left it", async () => {
      await take(update({ a: 1 }));
      await take(report({ a: 1 }));
      expect(await history({ at: "2026-03-01T00:00:00Z" })).toMatchObject({ version: 0 });
      expect(await history({ at: "2026-03-01T00:00:01.999Z" })).toMatchObject({ version: 1, inSync: false });
      expect(await history({ at: "2026-03-01T01:00:02+01:00" })).toMatchObject({ version: 2, inSync: true });
      for (const [at, type] of [
        ["2026-02-28T23:59:59Z", "VERSION_NOT_FOUND"],
        ["3", "VERSION_NOT_FOUND"],
        ["yesterday", "INVALID_ARGUMENT"],
        ["-1", "INVALID_ARGUMENT"],
      ] as const) {
        await expect(history({ at })).rejects.toMatchObject({ type });
      }
    });

    test("a twin that is older than the journal is not guessed at", async () => {
      scene.twins.take("gw-1", update({ before: true }), scene.now);
      await take(update({ a: 1 }));
      for (const keptAll of [true, false]) {
        if (!keptAll) await trimTo(0);
        await expect(history({ at: "2" })).rejects.toMatchObject({ type: "NO_LONGER_KEPT" });
      }
      await take(update({ a: 2 }));
      await expect(history({ at: "3" })).rejects.toMatchObject({ type: "NO_LONGER_KEPT" });
    });

    test("what is too old or too much goes, oldest first, in bounded batches", async () => {
      for (let index = 1; index <= 8; index++) await take(update({ index }));
      expect(await trim(6)).toBe(2);
      expect(await trim(6)).toBe(0);
      scene.now += RETENTION.maxAgeMs - 3000;
      expect([await trim(6), await trim(6)]).toEqual([2, 0]);
      expect((await list()).events.map(({ data }) => data.version)).toEqual([8, 7, 6, 5]);
      await expect(tail({ afterSeq: 3 })).rejects.toMatchObject({ type: "NO_LONGER_KEPT" });
      expect((await tail({ afterSeq: 4 })).events).toHaveLength(4);
      scene.now += HOUR;
      await trimTo(6);
      await take(update({ more: true }));
      expect(await tail({ afterSeq: 8 })).toMatchObject({ events: [{ seq: 9 }], seq: 9 });
    });

    test("several nodes may trim at the same time: each event is folded once", async () => {
      for (let index = 1; index <= 20; index++) await take(update({ [`k${index}`]: index }));
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let tries = 0; tries < 8; tries++) await trim(1).catch(() => 0);
        }),
      );
      await trimTo(1);
      expect(await history({ at: "20" })).toMatchObject({
        version: 20,
        desired: { version: 20, state: scene.twins.states.get("gw-1")?.desired.state },
      });
      expect(await history({ at: "19" })).toMatchObject({ version: 19 });
      await expect(history({ at: "18" })).rejects.toMatchObject({ type: "NO_LONGER_KEPT" });
    });

    test("what is asked for while events are removed is right all the same", async () => {
      for (let index = 1; index <= 60; index++) await take(update({ index }));
      const asking = Promise.all(Array.from({ length: 40 }, () => history({ at: "60" })));
      await trimTo(1);
      for (const found of await asking) expect(found).toMatchObject({ version: 60 });
    });

    test("at any version and time the history is the fold of all changes, whatever was removed", async () => {
      const commands = fc.oneof(
        { weight: 5, arbitrary: patches.map((patch) => report(patch)) },
        { weight: 5, arbitrary: patches.map((patch) => update(patch)) },
        { weight: 1, arbitrary: fc.constant(removal) },
        { weight: 1, arbitrary: fc.constant(gatewayEvent("door")) },
      );
      const steps = fc.oneof({ weight: 5, arbitrary: commands }, { weight: 1, arbitrary: fc.nat(12) });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (scenario) => {
          const gatewayId = `gw-${++run}`;
          const past = await played(gatewayId, scenario);
          for (const { time, state } of past) {
            for (const at of [String(state.version), new Date(time).toISOString()]) {
              await expectState(gatewayId, at, state);
            }
          }
        }),
        { numRuns: 25 },
      );
    });

    /** Every state that the twin has had since its gateway was last created. */
    async function played(gatewayId: string, scenario: readonly (TwinCommand | number)[]) {
      let past = [{ time: scene.now, state: EMPTY_TWIN }];
      for (const step of scenario) {
        await (typeof step === "number" ? trimTo(step) : take(step, gatewayId));
        const state = scene.twins.states.get(gatewayId) ?? EMPTY_TWIN;
        if (state === EMPTY_TWIN) past = [];
        past.push({ time: scene.now, state });
      }
      return past;
    }

    /** What was removed may be refused, but never be wrong; the newest state is always there. */
    async function expectState(
      gatewayId: string,
      at: string,
      { version, desired, reported }: typeof EMPTY_TWIN,
    ): Promise<void> {
      const isNewest = scene.twins.states.get(gatewayId)?.version === version;
      const found = await history({ gatewayId, at }).catch((error) => {
        if (!isNewest && error.type === "NO_LONGER_KEPT") return undefined;
        throw error;
      });
      if (!found) return;
      expect(found).toMatchObject({ version });
      if (!("desired" in found)) throw new Error("a twin was asked for");
      expect([found.desired.state, found.reported.state]).toEqual([desired.state, reported.state]);
      expect([found.desired.version, found.reported.version]).toEqual([desired.version, reported.version]);
    }
  });
}
