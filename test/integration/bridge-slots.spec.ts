import { type ChildProcess, fork } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { endsWithUs } from "../../scripts/servers/guard.ts";
import type { MqttVersion } from "../../services/edge/mqtt-bridge/dialer.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { connectGateways, newBridge, numbered, startBroker, tapWire } from "./bridge-harness.ts";

let broker: Awaited<ReturnType<typeof startBroker>>;
const cleanUps: (() => unknown)[] = [];

beforeEach(async () => {
  broker = await startBroker();
  cleanUps.push(() => broker.stop());
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function start(choices: Parameters<typeof newBridge>[1] = {}) {
  const bridge = newBridge(broker.url, choices);
  cleanUps.push(bridge.stop);
  return bridge;
}

async function gateways() {
  const clients = await connectGateways(broker.url);
  cleanUps.push(clients.end);
  return clients;
}

/** Holds those slots in a process of its own; `held` is the number of messages it has not acknowledged. */
async function startChild(protocolVersion: MqttVersion, slots: string) {
  const path = new URL("../helpers/bridge-child.ts", import.meta.url);
  const child: ChildProcess = fork(path, [broker.url, String(protocolVersion), slots], { execArgv: [] });
  const exited = endsWithUs(child);
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  cleanUps.push(kill);
  let held = -1;
  child.on("message", (count: number) => {
    held = count;
  });
  await waitFor("the child", () => held === 0);
  return { held: () => held, kill };
}

describe.each<MqttVersion>([5, 4])("over MQTT version %i", (protocolVersion) => {
  test("who takes a dead node's slots over gets what that had not acknowledged", async () => {
    const survivor = start({ protocolVersion });
    const { upAll } = await gateways();
    await survivor.adopt(0, 1);
    const child = await startChild(protocolVersion, "2,3");
    const texts = numbered(400);
    await upAll(texts);
    await survivor.received(200);
    await waitFor("the share of the other node", () => child.held() === 200);
    await child.kill();
    const late = numbered(100, 400);
    await upAll(late);
    await survivor.adopt(2, 3);
    await survivor.received(500);
    expect(survivor.twins.texts.toSorted()).toEqual([...texts, ...late].toSorted());
  });

  test("a slot that is given back has its messages acknowledged, and keeps its place", async () => {
    const [first, second] = [start({ protocolVersion }), start({ protocolVersion })];
    const { upAll } = await gateways();
    await first.adopt(0);
    first.twins.hold();
    await upAll(numbered(50));
    await first.holding(50);
    const surrendered = first.bridge.surrender(0);
    first.twins.release();
    await surrendered;
    await upAll(numbered(50, 50));
    await second.adopt(0);
    await second.received(50);
    expect(first.twins.texts.toSorted()).toEqual(numbered(50).toSorted());
    expect(second.twins.texts.toSorted()).toEqual(numbered(50, 50).toSorted());
  });

  test("the broker's restart costs a slot nothing but time", async () => {
    const { adopt, connected, received, twins } = start({ protocolVersion });
    const before = await connectGateways(broker.url);
    await adopt(0, 1);
    await before.upAll(numbered(20));
    await received(20);
    await broker.kill("SIGKILL");
    await broker.start();
    await connected();
    const after = await gateways();
    await after.upAll(numbered(20, 20));
    await received(40);
    expect(twins.texts.toSorted()).toEqual(numbered(40).toSorted());
  });
});

test("a node that has lost a slot unawares does not take it back once it knows", async () => {
  const tap = await tapWire(broker, 5);
  cleanUps.push(tap.close);
  const [zombie, owner] = [start(), newBridge(tap.url, { settings: { keepAliveSeconds: 1 } })];
  cleanUps.push(owner.stop);
  const { upAll } = await gateways();
  await zombie.adopt(0);
  zombie.twins.hold();
  await upAll(numbered(50));
  await zombie.holding(50);
  await owner.adopt(0);
  await owner.received(50);
  await waitFor("the loss", () => zombie.bridge.problems.length > 0);
  zombie.bridge.drop(0);
  // A second later, and ten times the zombie's delay.
  await waitFor("a quiet connection", () => tap.sent("pingreq").length >= 1);
  expect(tap.sent("connect").filter(({ clientId }) => clientId === "t-ing-0")).toHaveLength(1);
  expect(owner.twins.messages).toHaveLength(50);
});

test("two nodes that both believe to hold a slot lose no message, and disturb each other ever more rarely", async () => {
  const tap = await tapWire(broker, 5);
  cleanUps.push(tap.close);
  const settings = { lostMinMs: 4, stableMs: 60_000 };
  const [first, second] = [newBridge(tap.url, { settings }), newBridge(tap.url, { settings })];
  cleanUps.push(first.stop, second.stop);
  const { upAll } = await gateways();
  await first.adopt(0);
  await second.bridge.adopt(claimOf(0));
  const texts = numbered(500);
  for (let n = 0; n < texts.length; n += 10) await upAll(texts.slice(n, n + 10));
  const seen = () => [...new Set([...first.twins.texts, ...second.twins.texts])];
  await waitFor("all messages", () => seen().length === texts.length);
  const connects = () => tap.sent("connect").filter(({ clientId }) => clientId === "t-ing-0");
  const isQuiet = () => Date.now() - Math.max(...connects().map(({ time }) => time)) > 500;
  await waitFor("half a second without a fight", isQuiet);
  expect(connects().length).toBeLessThan(30);
});

test("a slot can be taken while the broker is away, and given back all the same", async () => {
  await broker.kill("SIGKILL");
  const { bridge, adopt, connected } = start({ settings: { reconnectMaxMs: 50 } });
  await bridge.adopt(claimOf(0));
  await bridge.adopt(claimOf(1));
  await waitFor("the problems", () => bridge.problems.some((problem) => problem.includes("ECONNREFUSED")));
  await bridge.surrender(1);
  expect([...bridge.partitions].map(({ partition }) => partition)).toEqual([0]);
  await broker.start();
  await connected();
  await adopt(1);
});

function claimOf(partition: number) {
  return {
    type: "bridge-slot",
    partition,
    epoch: 1,
    snapshotPos: 0,
    publishedPos: 0,
    rows: [],
    dueTimers: [],
  };
}
