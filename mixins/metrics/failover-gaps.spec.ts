import { expect, test } from "vitest";
import type { ActorStore, LiveSession, PartitionRecord, SessionStore } from "../../actors/runtime/ports.ts";
import { NO_SIGNALS, type SignalHandlers } from "../../actors/runtime/signals.ts";
import { FailoverGaps } from "./failover-gaps.ts";

const STORE_TIME = 1_000_000;
const unused = async (): Promise<never> => Promise.reject(new Error("not asked here"));

/** A node `b` whose view of the store the test sets; times are milliseconds since its start. */
function world() {
  const observed: { seconds: number; labels: Record<string, string> }[] = [];
  const seen = { now: 0, sessions: [] as LiveSession[], records: [] as PartitionRecord[] };
  let handlers: SignalHandlers | undefined;
  const gaps = new FailoverGaps({
    nodeId: "b",
    metrics: { observe: (_, seconds, labels) => void observed.push({ seconds, labels }) },
    monotonic: () => seen.now,
  });
  const store: ActorStore = {
    createPartitions: unused,
    partitions: async () => seen.records,
    claim: unused,
    release: unused,
    load: unused,
    commit: unused,
    saveSnapshots: unused,
    advance: unused,
  };
  const live: SessionStore["live"] = async () => ({ now: STORE_TIME + seen.now, sessions: seen.sessions });
  const sessions: SessionStore = { live, begin: unused, renew: unused, end: unused };
  const start = (_: string, given: SignalHandlers) => {
    handlers = given;
  };
  const over = gaps.over({ store, sessions, signals: { ...NO_SIGNALS, start } });
  const nothing = () => undefined;
  over.signals.start("b1", {
    onChanged: nothing,
    onRoutes: nothing,
    onExcluded: nothing,
    onOffered: nothing,
  });
  return {
    observed,
    async look(now: number, ends: Readonly<Record<string, number>>, owner: string | null, epoch = 3) {
      seen.now = now;
      seen.sessions = Object.entries(ends).map(([nodeId, end]) => sessionOf(nodeId, STORE_TIME + end));
      seen.records = [{ type: "twin", partition: 7, epoch, owner }];
      await over.sessions.live();
      await over.store.partitions();
    },
    offer(now: number) {
      seen.now = now;
      handlers?.onOffered({ to: "b", type: "twin", partitions: [{ partition: 7, epoch: 3 }] });
    },
    serve(now: number) {
      seen.now = now;
      over.signals.routes({ type: "twin", owner: "b", partitions: [{ partition: 7, epoch: 4 }] });
    },
  };
}

function sessionOf(nodeId: string, expireTime: number): LiveSession {
  const rest = { host: "h", pid: 1, roles: [], types: [], isDraining: false, startTime: 0 };
  return { nodeId, instanceId: `${nodeId}1`, ...rest, expireTime };
}

test("a lost owner's gap begins with the end of its session, not when it is noticed", async () => {
  const { look, serve, observed } = world();
  await look(0, { a: 3000, b: 3000 }, "a");
  await look(3400, { b: 6000 }, "a");
  serve(3500);
  expect(observed).toEqual([{ seconds: 0.5, labels: { type: "twin", reason: "lost" } }]);
});

test("a session that is ended before its time counts from when that is seen", async () => {
  const { look, serve, observed } = world();
  await look(0, { a: 3000 }, "a");
  await look(200, { b: 6000 }, "a");
  serve(300);
  expect(observed).toEqual([{ seconds: 0.1, labels: { type: "twin", reason: "lost" } }]);
});

test("a hand-off counts from the offer, and only once", async () => {
  const { look, offer, serve, observed } = world();
  await look(0, { a: 3000 }, "a");
  offer(100);
  await look(110, { a: 3000 }, null);
  serve(120);
  serve(130);
  expect(observed).toEqual([{ seconds: 0.02, labels: { type: "twin", reason: "handoff" } }]);
});

test("a partition that was never owned has no gap, and one that another node took none here", async () => {
  const { look, serve, observed } = world();
  await look(0, { a: 3000 }, null, 0);
  serve(10);
  await look(20, { a: 3000 }, null);
  await look(30, { a: 3000 }, "a");
  serve(40);
  expect(observed).toEqual([]);
});
