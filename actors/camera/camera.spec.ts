import fc from "fast-check";
import { expect, test } from "vitest";
import {
  answered,
  CAMERA,
  camera,
  cameraStep,
  due,
  firstOf,
  hello,
  keep,
  presence,
  start,
  stop,
  stopAnswered,
} from "../../test/helpers/camera-builders.ts";
import type { CameraCommand, Errand } from "./contract.ts";
import { DEFAULT_CAMERA_RULES } from "./rules.ts";
import { dueTimeOf } from "./settle.ts";
import { type CameraState, EMPTY_CAMERAS, isHere } from "./state.ts";

const { graceMs, patienceMs } = DEFAULT_CAMERA_RULES;

type Deed =
  | { readonly what: "start" | "keep" | "stop"; readonly viewer: string; readonly ttlMs: number }
  | { readonly what: "answer"; readonly ok: boolean; readonly isUncertain: boolean }
  | { readonly what: "elapse"; readonly ms: number }
  | { readonly what: "crash" | "reboot" | "offline" | "online" | "lose" };

const viewer = fc.constantFrom("a", "b", "c");
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    what: fc.constantFrom("start" as const, "keep" as const, "stop" as const),
    viewer,
    ttlMs: fc.integer({ min: 1, max: 20_000 }),
  }),
  fc.record({ what: fc.constant("answer" as const), ok: fc.boolean(), isUncertain: fc.boolean() }),
  fc.record({ what: fc.constant("elapse" as const), ms: fc.integer({ min: 1, max: 15_000 }) }),
  fc.record({
    what: fc.constantFrom(
      "crash" as const,
      "reboot" as const,
      "offline" as const,
      "online" as const,
      "lose" as const,
    ),
  }),
);

/** The camera, its gateway, and the errands between them. */
class World {
  now = 1000;
  order = 1;
  state: CameraState = cameraStep(EMPTY_CAMERAS, hello(1)).state;
  /** By what is known of leases alone: until when somebody watches. */
  readonly leases = new Map<string, number>();
  heldUntil = Number.NEGATIVE_INFINITY;
  /** Not answered yet. */
  errands: Errand[] = [];
  readonly startsOf = new Map<string, Set<number>>();
  interruptions = 0;
  failures = 0;
  boots = 1;
  streams = 0;

  tell(command: CameraCommand): void {
    const { state, downlinks } = cameraStep(this.state, command, this.now);
    this.state = state;
    for (const { topic, payload } of downlinks)
      this.#take({ ...(payload as Omit<Errand, "what">), what: topic as Errand["what"] });
  }

  #take(errand: Errand): void {
    this.errands.push(errand);
    if (errand.what !== "start") return;
    const attempts = this.startsOf.get(errand.streamId) ?? new Set();
    this.startsOf.set(errand.streamId, attempts.add(errand.attempt));
  }

  elapse(ms: number): void {
    const end = this.now + ms;
    let timers = 0;
    for (let at = this.dueTime; at !== null && at <= end; at = this.dueTime) {
      timers += 1;
      if (timers > 1000) throw new Error("what is due is never done");
      this.now = Math.max(this.now, at);
      this.#timer();
    }
    this.now = end;
  }

  get dueTime(): number | null {
    return dueTimeOf(this.state, DEFAULT_CAMERA_RULES);
  }

  /** A start that nobody has answered for long enough has failed. */
  #timer(): void {
    const { stream: before } = firstOf(this.state);
    this.tell(due);
    if (before?.phase !== "STARTING" || this.now < before.askTime + patienceMs) return;
    this.failures += 1;
    if (!firstOf(this.state).stream) this.#forget();
  }

  do(deed: Deed): void {
    if (deed.what === "elapse") return this.elapse(deed.ms);
    if (deed.what === "answer") return this.#answer(deed.ok, deed.isUncertain);
    if ("viewer" in deed) return this.#view(deed.what, deed.viewer, deed.ttlMs);
    const deeds = {
      crash: () => {
        this.state = camera.unpack(JSON.parse(JSON.stringify(camera.pack(this.state))));
      },
      lose: () => {
        this.errands = [];
      },
      reboot: () => this.#reboot(),
      offline: () => this.#presence(false),
      online: () => this.#presence(true),
    };
    deeds[deed.what]();
  }

  #view(what: "start" | "keep" | "stop", viewer: string, ttlMs: number): void {
    if (what === "stop") return this.#leave(viewer);
    if (what === "keep" && (this.leases.get(viewer) ?? 0) <= this.now) return;
    this.streams += 1;
    const wish = what === "start" ? start(viewer, ttlMs, `s${this.streams}`) : keep(viewer, ttlMs);
    if (what === "start" && this.#isCutOff()) return expect(() => this.tell(wish)).toThrow("offline");
    this.tell(wish);
    const { leases } = firstOf(this.state);
    this.leases.set(viewer, leases.find((lease) => lease.viewer === viewer)?.expireTime ?? 0);
    this.heldUntil = Math.max(this.now, ...this.leases.values());
  }

  #leave(viewer: string): void {
    this.tell(stop(viewer));
    if (!this.leases.delete(viewer)) return;
    this.heldUntil = Math.min(this.heldUntil, Math.max(this.now, ...this.leases.values()));
  }

  #isCutOff(): boolean {
    return firstOf(this.state).stream?.phase === "INTERRUPTED" && !isHere(this.state);
  }

  #answer(ok: boolean, isUncertain: boolean): void {
    const errand = this.errands.shift();
    if (!errand) return;
    if (errand.what === "stop") return this.tell(stopAnswered(errand.streamId));
    const before = firstOf(this.state).stream;
    this.tell(answered(errand.streamId, errand.attempt, ok ? { ok, url: "rtsp://x" } : { ok, isUncertain }));
    if (!ok) this.failures += 1;
    if (before && !firstOf(this.state).stream) this.#forget();
  }

  /** Those who called were told that it failed. */
  #forget(): void {
    this.leases.clear();
    this.heldUntil = Number.NEGATIVE_INFINITY;
  }

  #reboot(): void {
    this.boots += 1;
    this.order += 1;
    this.interruptions += 1;
    this.tell(hello(this.order, `b${this.boots}`));
  }

  #presence(isOnline: boolean): void {
    this.order += 1;
    this.interruptions += 1;
    this.tell(presence(this.order, isOnline));
  }
}

test("there is a stream while somebody watches or has just left, whatever happens to owners and gateways", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      const world = new World();
      for (const deed of deeds) {
        world.do(deed);
        const isHeld = world.now < world.heldUntil + graceMs;
        expect([firstOf(world.state).stream !== null, deeds.indexOf(deed)]).toEqual([
          isHeld,
          deeds.indexOf(deed),
        ]);
      }
    }),
    { numRuns: 1000, seed: 5 },
  );
});

test("one start for each time it comes on; all others are for interruptions and failures", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      const world = new World();
      for (const deed of deeds) world.do(deed);
      for (const attempts of world.startsOf.values())
        expect(attempts.size).toBeLessThanOrEqual(1 + world.interruptions + world.failures);
    }),
    { numRuns: 1000, seed: 6 },
  );
});

test("in the end nothing is left to do, and every push was told to end", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
      const world = new World();
      for (const deed of deeds) world.do(deed);
      world.do({ what: "online" });
      world.elapse(20 * 60_000);
      const { stream, stops } = firstOf(world.state);
      expect([stream, stops, world.dueTime]).toEqual([null, [], null]);
      const ended = new Set(
        world.errands.flatMap(({ what, streamId }) => (what === "stop" ? [streamId] : [])),
      );
      const isCertain = deeds.every(({ what }) => !["answer", "reboot", "lose"].includes(what));
      for (const streamId of world.startsOf.keys()) if (isCertain) expect([...ended]).toContain(streamId);
    }),
    { numRuns: 500, seed: 7 },
  );
});

test("its timer leads to what is due, and there is no other", () => {
  expect(camera.timerDue?.("due", CAMERA)).toEqual(due);
  expect(() => camera.timerDue?.("other", CAMERA)).toThrow("other");
});
