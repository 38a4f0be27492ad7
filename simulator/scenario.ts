import type { JsonObject } from "./json.ts";
import type { Random } from "./random.ts";

// What happens to a gateway and to the fleet, drawn from the seed alone: nothing the server does moves it.

export interface Sample {
  readonly type: "sample";
  readonly at: number;
  readonly state: JsonObject;
}

export interface Drop {
  readonly type: "drop";
  readonly at: number;
  readonly downMs: number;
  /** Set for a power cycle: the name of the next power-on. */
  readonly boot: string | undefined;
}

export interface Beat {
  readonly at: number;
  readonly board: JsonObject;
}

export interface Wish {
  readonly at: number;
  /** Any whole number; taken modulo the size of the fleet. */
  readonly member: number;
  readonly patch: JsonObject;
}

interface Rates {
  readonly samplesPerSecond: number;
  readonly dropsPerMinute: number;
}

const POWER_CYCLE_SHARE = 0.2;

export function* gatewayScenario(random: Random, rates: Rates): Generator<Sample | Drop, void> {
  const dropsPerSecond = rates.dropsPerMinute / 60;
  let sampleAt = random.waitMs(rates.samplesPerSecond);
  let dropAt = random.waitMs(dropsPerSecond);
  while (Math.min(sampleAt, dropAt) < Number.POSITIVE_INFINITY) {
    if (sampleAt <= dropAt) {
      yield { type: "sample", at: sampleAt, state: drawReading(random) };
      sampleAt += random.waitMs(rates.samplesPerSecond);
    } else {
      const drop = drawDrop(random, dropAt);
      yield drop;
      dropAt += drop.downMs + random.waitMs(dropsPerSecond);
    }
  }
}

/** One every so many seconds, from a moment of the gateway's own on; none for 0. */
export function* heartbeats(random: Random, everySeconds: number): Generator<Beat, void> {
  if (everySeconds === 0) return;
  for (let at = random.next() * everySeconds * 1000; ; at += everySeconds * 1000) {
    yield { at, board: drawBoard(random, at) };
  }
}

export function* wishScenario(random: Random, perSecond: number): Generator<Wish, void> {
  let at = random.waitMs(perSecond);
  while (at < Number.POSITIVE_INFINITY) {
    yield { at, member: random.int(0, 0x7fffffff), patch: { config: drawConfig(random) } };
    at += random.waitMs(perSecond);
  }
}

export function drawBoot(random: Random): string {
  return `boot-${random.int(0, 0xffffffff).toString(16).padStart(8, "0")}`;
}

function drawDrop(random: Random, at: number): Drop {
  const powerCycle = random.next() < POWER_CYCLE_SHARE;
  const downMs = random.int(200, 3000);
  return { type: "drop", at, downMs, boot: powerCycle ? drawBoot(random) : undefined };
}

function drawReading(random: Random): JsonObject {
  return {
    sensors: {
      temperature: random.int(-200, 600) / 10,
      humidity: random.int(0, 1000) / 10,
      motion: random.next() < 0.3,
    },
    load: random.int(0, 100),
  };
}

function drawBoard(random: Random, uptimeMs: number): JsonObject {
  return {
    cpu: random.int(3, 60),
    memory: random.int(30, 80),
    temperature: random.int(35, 70),
    rssi: -random.int(55, 110),
    uptime: Math.round(uptimeMs / 1000),
  };
}

function drawConfig(random: Random): JsonObject {
  const draws: readonly [() => JsonObject, ...(() => JsonObject)[]] = [
    () => ({ intervalSeconds: random.int(1, 3600) }),
    () => ({ mode: random.pick(["eco", "normal", "boost"]) }),
    () => ({ limits: { high: random.int(50, 99), low: random.int(1, 49) } }),
    () => ({ limits: { low: null } }),
    () => ({ channels: Array.from({ length: random.int(0, 4) }, () => random.int(1, 16)) }),
    () => ({ mode: null }),
  ];
  return random.pick(draws)();
}
