import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, startFrontHarness, until } from "./front-harness.ts";

let front: Harness;

beforeEach(async () => {
  front = await startFrontHarness();
});
afterEach(() => front.stop());

async function returnCodeOf(username: string, password: string): Promise<number | undefined> {
  const link = await front.raw();
  link.connect(username, password);
  await until("CONNACK or the end", () => link.has("connack") || link.isClosed);
  const connack = link.packets.find((packet) => packet.cmd === "connack");
  if (connack?.returnCode !== 0) await until("the link is closed", () => link.isClosed);
  link.end();
  return connack?.returnCode;
}

describe("CONNECT", () => {
  test("with a wrong password, an unknown gateway or no id is not authorized", async () => {
    expect(await returnCodeOf("gw-1", "secret of gw-1")).toBe(0);
    expect(await returnCodeOf("gw-1", "wrong")).toBe(5);
    expect(await returnCodeOf("gw-1", "")).toBe(5);
    expect(await returnCodeOf("gw-unknown", "secret of gw-1")).toBe(5);
    expect(await returnCodeOf("gw/1", "secret of gw-1")).toBe(5);
    expect(await returnCodeOf("", "")).toBe(5);
  });

  test("is told to come again when the registry cannot be asked", async () => {
    front.registry.isDown = true;
    expect(await returnCodeOf("gw-1", "secret of gw-1")).toBe(3);
    front.registry.isDown = false;
    expect(await returnCodeOf("gw-1", "secret of gw-1")).toBe(0);
  });

  test("with a password that was right before asks nobody", async () => {
    expect(await returnCodeOf("gw-1", "secret of gw-1")).toBe(0);
    front.registry.isDown = true;
    expect(await returnCodeOf("gw-1", "secret of gw-1")).toBe(0);
    expect(front.registry.asked).toBe(1);
  });

  test("of MQTT 5 is refused as the protocol says", async () => {
    const connecting = connectAsync({
      host: "127.0.0.1",
      port: front.port,
      protocolVersion: 5,
      username: "gw-1",
      password: "secret of gw-1",
      reconnectPeriod: 0,
    });
    await expect(connecting).rejects.toThrow(/protocol version/i);
  });

  test("always begins a clean session", async () => {
    const first = await front.connect("gw-1", { clean: false, clientId: "kept" });
    await first.client.endAsync();
    await front.downlink("gw-1", "delta", {});
    const options = { host: "127.0.0.1", port: front.port, username: "gw-1", password: "secret of gw-1" };
    const second = await connectAsync({ ...options, clean: false, clientId: "kept" });
    const connack = await new Promise<{ sessionPresent: boolean }>((resolve) => {
      second.once("connect", resolve);
      second.reconnect();
    });
    expect(connack.sessionPresent).toBe(false);
    await second.endAsync(true);
  });
});

describe("a flood of wrong passwords", () => {
  test("is refused without hashing, and others go on", async () => {
    const codes = await Promise.all(
      Array.from({ length: 500 }, (_, n) => returnCodeOf("gw-1", `guess ${n}`)),
    );
    expect(new Set(codes)).toEqual(new Set([5]));
    expect(front.registry.asked).toBeLessThanOrEqual(10);
    expect(await returnCodeOf("gw-2", "secret of gw-2")).toBe(0);
  });

  test("does not lock out the gateway whose password is known", async () => {
    expect(await returnCodeOf("gw-1", "secret of gw-1")).toBe(0);
    for (let n = 0; n < 30; n++) expect(await returnCodeOf("gw-1", `guess ${n}`)).toBe(5);
    expect(await returnCodeOf("gw-1", "secret of gw-1")).toBe(0);
  });

  test("leaves a connected gateway its round trips between any two of its refusals", async () => {
    const gateway = await front.connect("gw-2");
    let refused = 0;
    let trips = 0;
    const flood = async () => {
      for (let n = 0; n < 100; n++) {
        await returnCodeOf("gw-1", `guess ${n}`);
        refused += 1;
      }
    };
    const flooding = Promise.all([flood(), flood(), flood(), flood()]);
    while (refused < 400) {
      const before = refused;
      await gateway.up("reported", { state: { trips } });
      trips += 1;
      expect(refused - before).toBeLessThan(100);
    }
    await flooding;
    expect(trips).toBeGreaterThan(4);
  });
});

describe("a second connection of the same client id", () => {
  test("takes over from the first of the same gateway", async () => {
    const first = await front.connect("gw-1", { clientId: "same" });
    const second = await front.connect("gw-1", { clientId: "same" });
    await until("the first is closed", () => !first.client.connected);
    await second.up("reported", { state: {} });
    expect(second.client.connected).toBe(true);
  });

  test("leaves alone the one of another gateway", async () => {
    const first = await front.connect("gw-1", { clientId: "same" });
    const second = await front.connect("gw-2", { clientId: "same" });
    await Promise.all([first.up("reported", { state: {} }), second.up("reported", { state: {} })]);
    expect([first.client.connected, second.client.connected]).toEqual([true, true]);
  });

  test("leaves one, however fast they come", async () => {
    const links = await Promise.all(Array.from({ length: 20 }, () => front.rawGateway("gw-1")));
    await until("one is left", () => links.filter(({ isClosed }) => !isClosed).length === 1);
  });
});

describe("revoked credentials", () => {
  test("close the gateway's connections and are asked for again", async () => {
    const gateway = await front.connect("gw-1");
    const other = await front.connect("gw-2");
    await front.registry.create("gw-1", "a new one");
    await front.broker.broadcast("gateways.credentialsRevoked", { gatewayId: "gw-1" });
    await until("the connection is closed", () => !gateway.client.connected);
    expect(other.client.connected).toBe(true);
    expect(await returnCodeOf("gw-1", "secret of gw-1")).toBe(5);
    expect(await returnCodeOf("gw-1", "a new one")).toBe(0);
  });
});
