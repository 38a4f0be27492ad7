import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OpenSessions } from "./open-sessions.ts";
import { Session } from "./session.ts";

let sessions: OpenSessions;
let told: string[];

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  sessions = new OpenSessions({
    opened: ({ sessionId }) => told.push(`${sessionId} opened`),
    alive: ({ sessionId }) => told.push(`${sessionId} alive`),
    closed: ({ sessionId }, reason) => told.push(`${sessionId} ${reason}`),
  });
  sessions.start();
});
afterEach(() => {
  sessions.stop();
  vi.useRealTimers();
});

function open(sessionId: string, keepAliveSeconds: number): Session {
  const session = new Session("gw-1", sessionId, keepAliveSeconds * 1000);
  sessions.open(session);
  return session;
}

/** What is told within the time. */
async function within(seconds: number): Promise<string[]> {
  told = [];
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  return told;
}

test.each([
  [1, 60],
  [4, 30],
  [30, 4],
  [1200, 1],
])("with a keep-alive of %i s it is told %i times a minute", async (keepAlive, times) => {
  open("a", keepAlive);
  await within(60);
  expect(await within(60)).toEqual(Array(times).fill("a alive"));
});

test("those who connect together are spread over their time", async () => {
  for (let n = 0; n < 600; n++) open(`${n}`, 1200);
  for (let second = 0; second < 120; second++) expect(await within(1)).toHaveLength(10);
});

test("what has ended is told once, and is vouched for no more", async () => {
  const session = open("a", 2);
  sessions.end(session, "lost");
  sessions.end(session, "stopped");
  sessions.end(new Session("gw-1", "never opened", 2000), "lost");
  expect(told).toEqual(["a opened", "a lost"]);
  expect(await within(10)).toEqual([]);
});

test("many that are due at once take more than one turn, and none is left out or told twice", async () => {
  for (let n = 0; n < 700; n++) open(`${n}`, 2);
  told = [];
  vi.advanceTimersByTime(1000);
  expect(told).toHaveLength(256);
  await vi.advanceTimersByTimeAsync(10);
  expect(new Set(told).size).toBe(700);
  expect(told).toHaveLength(700);
});

test("one that ends while the others are told is not told", async () => {
  const all = Array.from({ length: 700 }, (_, n) => open(`${n}`, 2));
  vi.advanceTimersByTime(1000);
  told = [];
  for (const session of all.slice(256)) sessions.end(session, "lost");
  await vi.advanceTimersByTimeAsync(10);
  expect(told.filter((word) => word.endsWith("alive"))).toEqual([]);
});
