import { expect, it } from "vitest";
import { ShortMemory } from "./short-memory.ts";

function setUp() {
  const time = { now: 1_000_000 };
  const memory = new ShortMemory<string>(() => time.now);
  return { time, memory, keep: (value: string, asked = time.now) => memory.keep("key", value, { asked }) };
}

it("keeps an answer for two seconds from when it was asked for, or shorter", () => {
  const { time, memory, keep } = setUp();
  keep("old", time.now - 1999);
  expect(memory.get("key")).toBe("old");
  time.now += 1;
  expect(memory.get("key")).toBeUndefined();
  memory.keep("key", "short", { asked: time.now, freshMs: 5 });
  time.now += 5;
  expect(memory.get("key")).toBeUndefined();
});

it("forgets what changes at once, and keeps nothing of it that may be from before", () => {
  const { time, memory, keep } = setUp();
  const asked = time.now;
  keep("before");
  memory.changed("key");
  expect(memory.get("key")).toBeUndefined();
  time.now += 1999;
  keep("from a node that has not heard of it");
  expect(memory.get("key")).toBeUndefined();
  time.now += 1;
  expect(memory.get("key")).toBeUndefined();
  keep("asked for before it", asked);
  expect(memory.get("key")).toBeUndefined();
  keep("after");
  expect(memory.get("key")).toBe("after");
});

it("forgets all that is about one that changed, and nothing else", () => {
  const { time, memory } = setUp();
  for (const key of ["one", "two"]) memory.keep(key, key, { asked: time.now, about: "owner" });
  memory.keep("three", "three", { asked: time.now, about: "other" });
  memory.changed("owner");
  expect(["one", "two", "three"].map((key) => memory.get(key))).toEqual([undefined, undefined, "three"]);
});
