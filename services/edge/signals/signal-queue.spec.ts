import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PresenceSignal } from "../../../actors/contracts/presence.ts";
import type { Outcome } from "../../../actors/runtime/actor.ts";
import { Session } from "./session.ts";
import { SIGNAL_SETTINGS, type SignalSettings } from "./settings.ts";
import { SignalQueue } from "./signal-queue.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const bytes = (length: number) => Buffer.alloc(length, "x");
const session = (gatewayId: string) => new Session(gatewayId, `of ${gatewayId}`, 60_000);
const turn = () => vi.advanceTimersByTimeAsync(0);

function setUp(settings: Partial<SignalSettings> = {}) {
  const sent: PresenceSignal[] = [];
  const counted = new Map<string, number>();
  const presence = { owner: "one" as string | undefined, isHanging: false, outcome: OK };
  const queue = new SignalQueue({
    routes: { ownerOf: () => presence.owner, learn: () => {} },
    send: (_owner, signals) => {
      if (presence.isHanging) return new Promise(() => {});
      sent.push(...signals);
      return Promise.resolve(signals.map(() => presence.outcome));
    },
    settings: { ...SIGNAL_SETTINGS, ...settings },
    area: "edge",
    counters: {
      count: (name, labels = {}, n = 1) => {
        const key = [name, ...Object.values(labels)].join(" ");
        counted.set(key, (counted.get(key) ?? 0) + n);
      },
      gauge: () => {},
    },
    log: { warn: () => {} },
  });
  /** The owner is found. */
  const wake = async () => {
    presence.owner = "one";
    queue.wake();
    await vi.advanceTimersByTimeAsync(100);
  };
  const words = () => sent.map(({ gatewayId, kind }) => `${gatewayId} ${kind}`);
  return { queue, presence, sent, counted, words, wake };
}

const OK: Outcome<null> = { ok: true, reply: null };

test("a gateway's signals go in order, with their age as of the sending", async () => {
  const { queue, presence, sent, words, wake } = setUp();
  presence.owner = undefined;
  const one = session("a");
  queue.opened(one);
  queue.forward("hello", one, Buffer.from('{"boot":"b"}'));
  queue.closed(one, "lost");
  await vi.advanceTimersByTimeAsync(30_000);
  await wake();
  expect(words()).toEqual(["a opened", "a hello", "a closed"]);
  const [opened, , closed] = sent.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()));
  expect(opened.keepAliveMs).toBe(60_000);
  expect(closed).toMatchObject({ reason: "lost" });
  for (const { ageMs } of [opened, closed]) expect(Math.abs(ageMs - 30_000)).toBeLessThan(1000);
});

test("the bytes are copied: what came from a socket is not kept", async () => {
  const { queue, sent } = setUp();
  const chunk = Buffer.from("before{}after");
  queue.forward("heartbeat", session("a"), chunk.subarray(6, 8));
  chunk.fill("?");
  await turn();
  expect(sent.map(({ payload }) => Buffer.from(payload).toString())).toEqual(["{}"]);
});

test("that a session is open is not said again before it was heard", async () => {
  const { queue, presence, words, wake } = setUp();
  const one = session("a");
  presence.owner = undefined;
  queue.opened(one);
  for (let n = 0; n < 10; n++) queue.alive(one);
  expect(queue.waiting).toBe(1);
  await wake();
  queue.alive(one);
  await turn();
  expect(words()).toEqual(["a opened", "a alive"]);
});

describe("while presence is away", () => {
  test("the oldest signs of life are given up first, then the oldest of the others", () => {
    const { queue, presence, counted } = setUp({ signalsKept: 10 });
    presence.owner = undefined;
    queue.opened(session("a"));
    for (let n = 0; n < 9; n++) queue.alive(session(`b${n}`));
    for (let n = 0; n < 8; n++) queue.forward("heartbeat", session("c"), bytes(2));
    expect([queue.waiting, counted.get("edge.signals.dropped.total alive")]).toEqual([10, 8]);
    queue.closed(session("d"), "left");
    queue.closed(session("e"), "left");
    expect(queue.waiting).toBe(10);
    expect(counted.get("edge.signals.dropped.total alive")).toBe(9);
    expect(counted.get("edge.signals.dropped.total opened")).toBe(1);
  });

  test("what was given up is not sent, and the session is vouched for again", async () => {
    const { queue, presence, words, wake } = setUp({ signalsKept: 1 });
    presence.owner = undefined;
    const one = session("a");
    queue.opened(one);
    queue.forward("heartbeat", session("b"), bytes(2));
    queue.alive(one);
    await wake();
    expect(words()).toEqual(["a alive"]);
  });

  test("their bytes are bounded as well", () => {
    const { queue, presence, counted } = setUp({ signalBytesKept: 10_000 });
    presence.owner = undefined;
    for (let n = 0; n < 30; n++) queue.forward("heartbeat", session(`${n}`), bytes(1000));
    expect(queue.waiting).toBeLessThanOrEqual(10);
    expect(counted.get("edge.signals.dropped.total heartbeat")).toBe(30 - queue.waiting);
  });
});

test("a refusal for good is counted and ends it; what may pass is tried again", async () => {
  const { queue, presence, counted, words } = setUp();
  presence.outcome = { ok: false, error: { type: "INVALID_ARGUMENT", data: {} } };
  queue.forward("heartbeat", session("a"), bytes(2));
  await turn();
  expect([queue.waiting, counted.get("edge.signals.refused.total INVALID_ARGUMENT")]).toEqual([0, 1]);
  presence.outcome = { ok: false, error: { type: "STORE_UNAVAILABLE", data: {} } };
  queue.closed(session("a"), "lost");
  await turn();
  presence.outcome = OK;
  await vi.advanceTimersByTimeAsync(200);
  expect([queue.waiting, words().length]).toEqual([0, 3]);
});

describe("closing", () => {
  test("waits for what is on its way", async () => {
    const { queue, words } = setUp();
    queue.closed(session("a"), "stopped");
    const closing = queue.close();
    await turn();
    await closing;
    expect(words()).toEqual(["a closed"]);
  });

  test("waits no longer than its limit, and not at all for what nobody could take", async () => {
    const { queue, presence, counted } = setUp({ closeTimeoutMs: 60_000 });
    presence.owner = undefined;
    queue.closed(session("a"), "stopped");
    await queue.close();
    expect(counted.get("edge.signals.dropped.total closed")).toBe(1);
    const hanging = setUp({ closeTimeoutMs: 20 });
    hanging.presence.isHanging = true;
    hanging.queue.closed(session("a"), "stopped");
    await turn();
    await hanging.queue.close();
    expect([hanging.queue.waiting, hanging.words()]).toEqual([0, []]);
  });
});
