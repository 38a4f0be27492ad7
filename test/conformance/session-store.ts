import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LiveSession, Session, SessionStore } from "../../actors/runtime/ports.ts";
import { waitFor } from "../helpers/wait-for.ts";

type OpenedSessions = {
  readonly sessions: SessionStore;
  /** Forgets everything. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const TTL_MS = 5000;

function session(nodeId: string, more: Partial<Session> = {}): Session {
  const roles = ["core", "edge"];
  return { nodeId, instanceId: "i1", host: "h", pid: 7, roles, types: ["twin"], isDraining: false, ...more };
}

/** What every driver of the sessions must do. */
export function sessionStoreConformance(driver: string, open: () => Promise<OpenedSessions>): void {
  describe(`sessions on ${driver}`, () => {
    let opened: OpenedSessions;
    let sessions: SessionStore;

    beforeAll(async () => {
      opened = await open();
      sessions = opened.sessions;
    });
    beforeEach(() => opened.clear());
    afterAll(() => opened.close());

    const find = async (nodeId: string): Promise<LiveSession | undefined> =>
      (await sessions.live()).sessions.find((each) => each.nodeId === nodeId);

    it("tells the time also when there is none", async () => {
      const { now, sessions: none } = await sessions.live();
      expect(none).toEqual([]);
      expect(Math.abs(now - Date.now())).toBeLessThan(5000);
    });

    it("are listed by node id with all that they say, and end to the millisecond", async () => {
      const { now } = await sessions.live();
      await sessions.begin(session("n2", { types: [] }), TTL_MS);
      await sessions.begin(session("n1"), TTL_MS);
      const live = await sessions.live();
      expect(live.sessions).toMatchObject([session("n1"), session("n2", { types: [] })]);
      for (const { startTime, expireTime } of live.sessions) {
        expect(expireTime - startTime).toBe(TTL_MS);
        expect(startTime).toBeGreaterThanOrEqual(now);
        expect(startTime).toBeLessThanOrEqual(live.now);
      }
      expect(new Set([now, live.now].map(Number.isInteger))).toEqual(new Set([true]));
    });

    it("are prolonged from now on, and tell that a node drains", async () => {
      await sessions.begin(session("n1"), TTL_MS);
      const before = await find("n1");
      expect(await sessions.renew(session("n1", { isDraining: true }), TTL_MS * 2)).toBe(true);
      const after = await find("n1");
      expect(after).toMatchObject({ isDraining: true, startTime: before?.startTime });
      expect(after?.expireTime).toBeGreaterThanOrEqual((before?.startTime ?? 0) + TTL_MS * 2);
    });

    it("are prolonged also when nothing changes by it", async () => {
      await sessions.begin(session("n1"), TTL_MS);
      const renewals = Array.from({ length: 50 }, () => sessions.renew(session("n1"), TTL_MS));
      expect(new Set(await Promise.all(renewals))).toEqual(new Set([true]));
    });

    it("end by themselves, and are not prolonged after that", async () => {
      await sessions.begin(session("n1"), 30);
      await sessions.begin(session("n2"), TTL_MS);
      await waitFor("the end of the session", async () => (await find("n1")) === undefined);
      expect(await sessions.renew(session("n1"), TTL_MS)).toBe(false);
      expect(await find("n1")).toBeUndefined();
      expect(await find("n2")).toBeDefined();
    });

    it("are replaced by the next instance of the node", async () => {
      await sessions.begin(session("n1"), TTL_MS);
      const next = session("n1", { instanceId: "i2", host: "other", pid: 8, roles: ["bff"], types: [] });
      await sessions.begin(next, TTL_MS);
      expect(await find("n1")).toMatchObject(next);
      expect(await sessions.renew(session("n1"), TTL_MS)).toBe(false);
      await sessions.end(session("n1"));
      expect(await find("n1")).toMatchObject(next);
      expect(await sessions.renew(next, TTL_MS)).toBe(true);
    });

    it("end at once when they are ended", async () => {
      await sessions.begin(session("n1"), TTL_MS);
      await sessions.end({ nodeId: "n1", instanceId: "i1" });
      expect(await find("n1")).toBeUndefined();
      expect(await sessions.renew(session("n1"), TTL_MS)).toBe(false);
    });

    it("belong to nodes that are told apart by case", async () => {
      await sessions.begin(session("n1"), TTL_MS);
      await sessions.begin(session("N1"), TTL_MS);
      await sessions.end(session("N1"));
      expect((await sessions.live()).sessions.map(({ nodeId }) => nodeId)).toEqual(["n1"]);
    });
  });
}
