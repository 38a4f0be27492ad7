import { expect, test } from "vitest";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../actors/contracts/json.ts";
import { ConfigWorld, valuesOf, versionOf } from "../../../test/helpers/config-world.ts";
import { seededRandom } from "../../../test/helpers/random.ts";

const HISTORIES = 400;
const STEPS = 60;
const KEYS = ["a", "b", "c"];
/** Of attempts that a gateway may miss although it behaves: the network is what it is. */
const LOST_AT_THE_END = 3;
const PATIENCE_MS = 20 * 60_000;

type Random = () => number;
const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)] as Value;

function randomPatch(random: Random): JsonObject {
  const value = pick<JsonValue>(random, [1, 2, "x", null, { d: 1 }, { d: 2, e: null }]);
  return { [pick(random, KEYS)]: value };
}

/** A gateway that does as it likes, until it behaves. */
class Gateway {
  readonly #world: ConfigWorld;
  readonly #random: Random;
  #version: number | undefined;
  #boots = 0;
  behaves = false;
  /** So many messages to it get lost. */
  losses = 0;

  constructor(world: ConfigWorld, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  connect(): void {
    this.#boots += 1;
    const boot = `b${this.#boots}`;
    this.#world.connect({ boot, ...(this.#version !== undefined && { desiredVersion: this.#version }) });
  }

  takeAll(): void {
    for (let message = this.#world.down.shift(); message; message = this.#world.down.shift()) {
      this.losses -= 1;
      const isLost = this.behaves ? this.losses >= 0 : this.#random() < 0.4;
      if (isLost) continue;
      this.#version = versionOf(message);
      this.#report(this.behaves ? valuesOf(message) : this.#badAnswer(valuesOf(message)));
    }
  }

  /** Says something that nobody asked for. */
  babble(): void {
    this.#report(randomPatch(this.#random));
  }

  #report(patch: JsonObject): void {
    this.#world.tellTwin({ name: "reportState", params: { patch } });
  }

  #badAnswer(values: JsonObject): JsonObject {
    const entries = Object.entries(values).flatMap(([key, value]): [string, JsonValue][] => {
      if (this.#random() < 0.3) return [];
      return [[key, this.#random() < 0.5 ? this.#refusal(value) : value]];
    });
    return Object.fromEntries(entries);
  }

  #refusal(value: JsonValue): JsonValue {
    if (isJsonObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#refusal(each)]));
    return { value: 0, code: pick(this.#random, [200, 202, 400]), version: this.#version ?? 0 };
  }
}

function live(world: ConfigWorld, gateway: Gateway, random: Random): void {
  const deeds: (() => void)[] = [
    () => world.tellTwin({ name: "updateDesired", params: { by: "ann", patch: randomPatch(random) } }),
    () => world.tellTwin({ name: "updateDesired", params: { by: "ann", patch: randomPatch(random) } }),
    () => gateway.takeAll(),
    () => (world.isOnline ? gateway.babble() : gateway.connect()),
    () => (world.isOnline ? world.disconnect() : gateway.connect()),
    () => world.hear(1 + Math.floor(random() * 4)),
    () => world.hear(),
    () => world.hearAgain(1 + Math.floor(random() * 4)),
    () => world.elapse(random() * 60_000),
    () => (random() < 0.3 ? world.elapse(PATIENCE_MS) : world.sleep(random() * 60_000)),
    () => (random() < 0.2 ? world.tellTwin({ name: "removeTwin", params: { by: "ann" } }) : world.hear()),
    () => (random() < 0.2 ? world.resync() : undefined),
  ];
  for (let n = 0; n < STEPS; n += 1) pick(random, deeds)();
}

/** From now on it does what it is told; when it was given up, somebody asks for a new beginning. */
function behave(world: ConfigWorld, gateway: Gateway, random: Random): void {
  gateway.behaves = true;
  gateway.losses = Math.floor(random() * (LOST_AT_THE_END + 1));
  world.hear();
  if (!world.isOnline) gateway.connect();
  world.hear();
  if (world.phase === "FAILED") world.resync();
}

function settle(world: ConfigWorld, gateway: Gateway): void {
  const end = world.now + PATIENCE_MS;
  while (world.now < end) {
    gateway.takeAll();
    world.hear();
    // It would take now what it refused before, but is not asked again by itself.
    if (world.config.failure?.reason === "REFUSED") world.resync();
    if (world.down.length === 0) world.elapse(1000);
  }
}

test("whatever has happened, a gateway that behaves has its configuration in the end, and is then left alone", () => {
  let told = 0;
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const random = seededRandom(seed);
    const world = new ConfigWorld();
    const gateway = new Gateway(world, random);
    live(world, gateway, random);
    behave(world, gateway, random);
    settle(world, gateway);
    const { isSynced, phase, needless } = world;
    const { nextAttemptTime } = world.config;
    expect({
      seed,
      isSynced,
      inSync: phase === "IN_SYNC" || phase === null,
      needless,
      nextAttemptTime,
    }).toEqual({
      seed,
      isSynced: true,
      inSync: true,
      needless: 0,
      nextAttemptTime: null,
    });
    told += world.deliveries;
  }
  // The histories are worth something only if the twin's own word is not enough in many of them.
  expect(told).toBeGreaterThan(HISTORIES);
});
