import { afterEach, expect, it } from "vitest";
import type { PresenceCommand, PresenceEvent, PresenceReply } from "../../actors/presence/contract.ts";
import { presenceActor } from "../../actors/presence/presence.ts";
import { DEFAULT_PRESENCE_SETTINGS } from "../../actors/presence/settings.ts";
import type { GatewayPresence } from "../../actors/presence/state.ts";
import { ActorHost } from "../../actors/runtime/host.ts";
import type { Delivery } from "../../actors/runtime/ports.ts";
import { actorFixture } from "../helpers/actor-fixture.ts";
import type { Harness } from "../helpers/actor-harness.ts";
import { changes, close, get, open, SILENCE } from "../helpers/presence-builders.ts";
import { waitFor } from "../helpers/wait-for.ts";

type PresenceHost = ActorHost<GatewayPresence, PresenceCommand, PresenceEvent, PresenceReply>;

const { start, crash } = actorFixture();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const serving: { readonly harness: Harness; readonly host: PresenceHost }[] = [];

let now = 1_800_000_000_000;
let lastSeen: number | null = null;
/** How often an owner has looked up when the gateway was last heard: a deadline has come. */
let lookups = 0;
let told: string[] = [];

afterEach(async () => {
  for (const { harness, host } of serving.splice(0)) await harness.node.retire(host);
  [lastSeen, lookups, told] = [null, 0, []];
});

/** A node that owns presence; it has heard of nothing. */
async function serve(): Promise<{ readonly harness: Harness; readonly host: PresenceHost }> {
  const clock = () => now;
  const consume = async ({ rows }: Delivery) => void told.push(...rows.flatMap(changesIn));
  const harness = await start({ clock, consume });
  lastSeen = null;
  const heard = () => {
    lookups += 1;
    return lastSeen;
  };
  const host: PresenceHost = new ActorHost({
    type: presenceActor({ settings: DEFAULT_PRESENCE_SETTINGS, lastSeen: heard }),
    partitionCount: 4,
    store: harness.store,
    committer: harness.node.committer,
    publisher: harness.bus,
    clock,
    log,
    maxWaiting: 100,
    sendDownlinks: () => undefined,
    onFenced: () => void harness.node.fenced(),
    mayAnswer: () => harness.node.mayAnswer,
  });
  await harness.node.serve(host);
  // From now on it has listened.
  host.fireTimers();
  const served = { harness, host };
  serving.push(served);
  return served;
}

async function kill(served: (typeof serving)[number]): Promise<void> {
  serving.splice(serving.indexOf(served), 1);
  await crash(served.harness);
}

function changesIn({
  changes: all,
}: {
  readonly changes: readonly { readonly events?: readonly unknown[] }[];
}) {
  return all.flatMap(({ events = [] }) => changes({ events: events as PresenceEvent[] }));
}

async function stateOf(host: PresenceHost): Promise<string> {
  const outcome = await host.ask("gw-1", get);
  return outcome.ok && typeof outcome.reply === "object" && outcome.reply ? outcome.reply.state : "refused";
}

/** Time passes, and all deadlines in it come. */
async function pass(host: PresenceHost, ms: number): Promise<string> {
  for (const end = now + ms; now < end; now = Math.min(end, now + 5000)) host.fireTimers();
  host.fireTimers();
  return stateOf(host);
}

it("signs of life move the deadline without a commit; silence ends it", async () => {
  const { harness, host } = await serve();
  await host.ask("gw-1", open("a"));
  const { commits } = harness.store;
  for (let i = 0; i < 20; i += 1) {
    lastSeen = now;
    expect(await pass(host, 30_000)).toBe("ONLINE");
  }
  expect([harness.store.commits, lookups > 0]).toEqual([commits, true]);
  expect(await pass(host, SILENCE)).toBe("SUSPECT");
  expect(await pass(host, 15_000)).toBe("OFFLINE");
  await waitFor("the events", () => told.length === 3);
  expect(told).toEqual(["UNKNOWN>ONLINE connected", "ONLINE>SUSPECT silent", "SUSPECT>OFFLINE silent"]);
});

it("one gateway has one deadline, however much is told of it", async () => {
  const { host } = await serve();
  await host.ask("gw-1", open("a"));
  for (let i = 0; i < 40; i += 1) {
    lastSeen = now;
    await pass(host, 7000);
    await host.ask("gw-1", close(`old-${i}`));
  }
  lookups = 0;
  for (let i = 0; i < 40; i += 1) {
    lastSeen = now;
    await pass(host, 5000);
  }
  expect(lookups).toBeLessThanOrEqual(3);
});

it("after a claim nobody is offline before its keep-alive has passed once more", async () => {
  const first = await serve();
  await first.host.ask("gw-1", open("a"));
  await kill(first);
  now += 3_600_000;
  const { host } = await serve();
  await waitFor("the deadline that passed meanwhile", () => lookups > 0);
  expect(await pass(host, SILENCE - 5000)).toBe("ONLINE");
  lastSeen = now;
  expect(await pass(host, SILENCE - 5000)).toBe("ONLINE");
  expect(await pass(host, 5000)).toBe("SUSPECT");
});

it("nor one whose connection had ended: it may have come back while nobody listened", async () => {
  const first = await serve();
  await first.host.ask("gw-1", open("a"));
  await first.host.ask("gw-1", close("a", "lost"));
  await kill(first);
  now += 3_600_000;
  const { host } = await serve();
  expect(await pass(host, SILENCE - 5000)).toBe("SUSPECT");
  await host.ask("gw-1", open("b"));
  expect(await pass(host, 50_000)).toBe("ONLINE");
  await waitFor("the events", () => told.length === 3);
  expect(told).toEqual(["UNKNOWN>ONLINE connected", "ONLINE>SUSPECT lost", "SUSPECT>ONLINE connected"]);
});
