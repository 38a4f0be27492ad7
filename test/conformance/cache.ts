import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  type Cache,
  FILL_WINDOW_MS,
  type Moment,
  type RateWindows,
  type SharedCounters,
} from "../../actors/runtime/cache.ts";
import { seededRandom } from "../helpers/random.ts";

type Opened<Driver> = {
  readonly driver: Driver;
  /** Lets this much time pass for it. */
  readonly pass: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

const entry = (key: string, value: string, ttlMs = 10_000) => ({ key, value, ttlMs });
const back = ({ life, time }: Moment, ms: number) => ({ life, time: time - ms });

/** What every driver of the cache must do. It is opened to store values of at most 100 bytes. */
export function cacheConformance(name: string, open: () => Promise<Opened<Cache>>): void {
  describe(name, () => {
    let opened: Opened<Cache>;
    let cache: Cache;
    const valuesOf = async (...keys: string[]) => (await cache.getMany(keys)).values;

    beforeEach(async () => {
      opened = await open();
      cache = opened.driver;
    });
    afterEach(() => opened.close());

    it("gives values in the order of the keys, nothing for unknown ones", async () => {
      const { seen, values } = await cache.getMany(["a", "b", "c"]);
      expect(values).toEqual([undefined, undefined, undefined]);
      await cache.fill(seen, [entry("a", "1"), entry("c", "ü")]);
      expect(await valuesOf("c", "b", "a")).toEqual(["ü", undefined, "1"]);
      expect(await valuesOf()).toEqual([]);
    });

    it("does not replace what is there, and leaves large values out", async () => {
      const { seen } = await cache.getMany(["a"]);
      await cache.fill(seen, [entry("a", "1")]);
      await cache.fill(seen, [
        entry("a", "2"),
        entry("large", "ü".repeat(51)),
        entry("small", "ü".repeat(50)),
      ]);
      expect(await valuesOf("a", "large", "small")).toEqual(["1", undefined, "ü".repeat(50)]);
    });

    it("forgets a value after its time", async () => {
      await cache.fill(await cache.now(), [entry("short", "1", 50), entry("long", "1")]);
      await opened.pass(60);
      expect(await valuesOf("short", "long")).toEqual([undefined, "1"]);
    });

    it("takes no value that was seen before an invalidation, not even much later", async () => {
      const { seen } = await cache.getMany(["a"]);
      await cache.invalidate(seen.life, ["a"]);
      await cache.fill(seen, [entry("a", "old")]);
      expect(await valuesOf("a")).toEqual([undefined]);
      // The mark of the invalidation is gone now; so is the time in which the reader may fill.
      await opened.pass(FILL_WINDOW_MS + 10);
      await cache.fill(seen, [entry("a", "old")]);
      expect(await valuesOf("a")).toEqual([undefined]);
      await cache.fill(await cache.now(), [entry("a", "new")]);
      expect(await valuesOf("a")).toEqual(["new"]);
    });

    it("removes what is there at an invalidation", async () => {
      const { seen } = await cache.getMany(["a", "b"]);
      await cache.fill(seen, [entry("a", "1"), entry("b", "1")]);
      await cache.invalidate(seen.life, ["a"]);
      expect(await valuesOf("a", "b")).toEqual([undefined, "1"]);
    });

    it("ends a lease at its time, and takes none that has ended already", async () => {
      const seen = await cache.now();
      await cache.lease(seen, [{ key: "p", epoch: 1, token: "t" }], 500);
      expect(await valuesOf("p")).toEqual(["t"]);
      await opened.pass(510);
      expect(await valuesOf("p")).toEqual([undefined]);
      await expect(cache.lease(seen, [{ key: "p", epoch: 1, token: "t" }], 500)).rejects.toThrow("too late");
      await expect(
        cache.lease(back(seen, 5000), [{ key: "q", epoch: 1, token: "t" }], 100),
      ).rejects.toThrow();
      expect(await valuesOf("p", "q")).toEqual([undefined, undefined]);
    });

    it("takes the lease of the highest epoch, also when that has ended", async () => {
      const lease = async (epoch: number, token: string, ttlMs: number) =>
        cache.lease(await cache.now(), [{ key: "p", epoch, token }], ttlMs);
      await lease(9, "nine", 5000);
      await lease(10, "ten", 500);
      await lease(9, "nine", 5000);
      expect(await valuesOf("p")).toEqual(["ten"]);
      await opened.pass(510);
      await lease(9, "nine", 5000);
      expect(await valuesOf("p")).toEqual([undefined]);
      await lease(10, "ten again", 5000);
      expect(await valuesOf("p")).toEqual(["ten again"]);
    });
  });
}

/** What every driver of the shared counters must do. */
export function countersConformance(name: string, open: () => Promise<Opened<SharedCounters>>): void {
  describe(`counters: ${name}`, () => {
    it("counts from one, forgets after the time of the first, and resets", async () => {
      const { driver: counters, pass, close } = await open();
      onTestFinished(close);
      const all = await Promise.all([1, 2, 3].map(() => counters.increment("n", 1000)));
      expect(all.sort()).toEqual([1, 2, 3]);
      await pass(400);
      expect(await counters.increment("n", 1000)).toBe(4);
      await pass(700);
      expect(await counters.increment("n", 1000)).toBe(1);
      await counters.reset("n");
      expect(await counters.increment("n", 1000)).toBe(1);
      expect(await counters.increment("other", 100)).toBe(1);
    });
  });
}

type OpenedWindows = Opened<RateWindows> & {
  /** Milliseconds by any clock that runs as fast as the driver's. */
  readonly now: () => number;
};

/** What was said to a call, and between which two moments it was decided. */
type Decided = { readonly sent: number; readonly heard: number; readonly allowed: boolean };

/** Bursts, trickles and rests. */
async function someCalls({ driver, now, pass }: OpenedWindows, limit: number, windowMs: number) {
  const random = seededRandom(5);
  const decided: Decided[] = [];
  for (let call = 0; call < 120; call += 1) {
    if (random() < 0.5) await pass(Math.ceil(random() ** 3 * windowMs));
    const sent = now();
    const { allowed } = await driver.take("a", limit, windowMs);
    decided.push({ sent, heard: now(), allowed });
  }
  return decided;
}

/** What every driver of the sliding windows must do. */
export function windowsConformance(name: string, open: () => Promise<OpenedWindows>): void {
  /** Drivers may cut their time to whole milliseconds. */
  const SLACK_MS = 1;

  describe(`sliding windows: ${name}`, () => {
    it("counts down, says how long to wait, and takes a call then", async () => {
      const { driver: windows, pass, close } = await open();
      onTestFinished(close);
      expect(await windows.take("a", 2, 1000)).toEqual({ allowed: true, remaining: 1, retryAfterMs: 0 });
      await pass(500);
      expect(await windows.take("a", 2, 1000)).toMatchObject({ allowed: true, remaining: 0 });
      const { allowed, retryAfterMs } = await windows.take("a", 2, 1000);
      expect(allowed).toBe(false);
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(500);
      expect(await windows.take("b", 2, 1000)).toMatchObject({ allowed: true, remaining: 1 });
      await pass(retryAfterMs + SLACK_MS);
      expect(await windows.take("a", 2, 1000)).toMatchObject({ allowed: true, remaining: 0 });
      // A lower limit counts what was allowed under the higher one.
      expect(await windows.take("a", 1, 1000)).toMatchObject({ allowed: false, remaining: 0 });
    });

    it("allows calls at the same time no more than one after the other", async () => {
      const { driver: windows, close } = await open();
      onTestFinished(close);
      const all = await Promise.all(Array.from({ length: 50 }, () => windows.take("a", 20, 60_000)));
      expect(all.filter(({ allowed }) => allowed)).toHaveLength(20);
    });

    it("allows in no window more than the limit, and refuses nothing that fits", async () => {
      const opened = await open();
      onTestFinished(opened.close);
      const [limit, windowMs] = [5, 60];
      const calls = await someCalls(opened, limit, windowMs);
      const allowed = calls.filter((call) => call.allowed);
      const refused = calls.filter((call) => !call.allowed);
      for (const { heard: end } of allowed) {
        const surely = allowed.filter(({ sent, heard }) => sent >= end - windowMs + SLACK_MS && heard <= end);
        expect(surely.length).toBeLessThanOrEqual(limit);
      }
      for (const { sent, heard: end } of refused) {
        const perhaps = allowed.filter(({ heard }) => heard > sent - windowMs - SLACK_MS && heard <= end);
        expect(perhaps.length).toBeGreaterThanOrEqual(limit);
      }
      expect(allowed.length).toBeGreaterThan(3 * limit);
      expect(refused.length).toBeGreaterThan(0);
    });
  });
}
