import { copyFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Certificates } from "../../mixins/tls-certificates.ts";
import type { FrontSettings } from "../../services/edge/mqtt-front/settings.ts";
import { type Pair, readPair, TestAuthority } from "../helpers/certificates.ts";
import { RawLink } from "./front-clients.ts";
import { type Harness, startFrontHarness, until } from "./front-harness.ts";

let authority: TestAuthority;
let stranger: TestAuthority;
let server: Pair;
let gateway: Pair;
let front: Harness;
let links: RawLink[] = [];

beforeAll(() => {
  [authority, stranger] = [new TestAuthority(), new TestAuthority()];
  [server, gateway] = [authority.issue("front"), authority.issue("gw-1")];
});
afterAll(() => {
  authority.remove();
  stranger.remove();
});
afterEach(async () => {
  for (const link of links) link.end();
  links = [];
  await front.stop();
});

const WITH_CLIENTS = { asksClients: true };

async function start(
  { asksClients = false, pair = server } = {},
  settings: Partial<FrontSettings> = {},
): Promise<void> {
  const certificates = new Certificates({
    listener: "mqtt",
    files: {
      cert: { variable: "MQTT_TLS_CERT", path: pair.cert },
      key: { variable: "MQTT_TLS_KEY", path: pair.key },
      ...(asksClients && { ca: { variable: "MQTT_TLS_CA", path: authority.cert } }),
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    counters: { count: () => undefined, gauge: () => undefined },
  });
  front = await startFrontHarness(settings, {}, undefined, certificates);
}

function open(options: ConnectionOptions = {}): { socket: TLSSocket; link: RawLink } {
  const socket = connectTls({ port: front.port, host: "127.0.0.1", ca: authority.pem, ...options });
  const link = new RawLink(socket);
  links.push(link);
  return { socket, link };
}

/** The return code of CONNACK; undefined when the connection ended without one. */
async function returnCodeOf(link: RawLink, username: string, password: string): Promise<number | undefined> {
  link.connect(username, password);
  await until("CONNACK or the end", () => link.has("connack") || link.isClosed);
  const connack = link.packets.find((packet) => packet.cmd === "connack");
  return connack?.cmd === "connack" ? connack.returnCode : undefined;
}

const codeWith = (username: string, password: string, pair?: Pair) =>
  returnCodeOf(open(pair && readPair(pair)).link, username, password);

describe("a front with a certificate", () => {
  test("takes gateways with their passwords, and reports under TLS", async () => {
    await start();
    const connected = await front.connect("gw-1", { protocol: "mqtts", ca: authority.pem });
    await connected.up("reported", { state: {} });
    expect(front.twins.messages).toHaveLength(1);
    expect(await codeWith("gw-1", "wrong")).toBe(5);
  });

  test("does not look at certificates that it has not asked for", async () => {
    await start();
    expect(await codeWith("gw-1", "wrong", gateway)).toBe(5);
  });

  test("closes what speaks no TLS, TLS of the last century, or nothing", async () => {
    await start({}, { connectTimeoutMs: 200 });
    const plain = await front.raw();
    plain.connect("gw-1", "secret of gw-1");
    const silent = await front.raw();
    const old = open({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }).link;
    await until("all are closed", () => [plain, silent, old].every(({ isClosed }) => isClosed));
    await until("all are counted", () => front.counters.total("connections.refused.total tls") === 3);
  });

  test("looks at the rate of connections before their handshakes", async () => {
    await start({}, { connectionsPerSecond: 0.001, connectionBurst: 1 });
    const silent = await front.raw();
    const refused = open().link;
    await until("the second is closed", () => refused.isClosed);
    await until("it is counted", () => front.counters.total("connections.refused.total rate") === 1);
    expect([silent.isClosed, front.counters.total("connections.refused.total tls")]).toEqual([false, 0]);
  });
});

describe("a client's certificate", () => {
  test("stands for the password of the gateway that it names, and for the username too", async () => {
    await start(WITH_CLIENTS);
    expect(await codeWith("gw-1", "", gateway)).toBe(0);
    const { link } = open(readPair(gateway));
    link.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "x",
      keepalive: 9,
    });
    await until("CONNACK", () => link.has("connack"));
    link.publish("gw/gw-1/up/reported", '{"state":{}}', 1);
    await until("PUBACK", () => link.has("puback"));
    expect(front.twins.messages[0]?.gatewayId).toBe("gw-1");
  });

  test("of another gateway is refused, the right password or not", async () => {
    await start(WITH_CLIENTS);
    expect(await codeWith("gw-2", "secret of gw-2", gateway)).toBe(5);
    expect(await codeWith("gw-2", "", gateway)).toBe(5);
  });

  test("of a gateway that the registry does not have is refused", async () => {
    await start(WITH_CLIENTS);
    expect(await codeWith("gw-9", "", authority.issue("gw-9"))).toBe(5);
  });

  test("of somebody else's authority, or signed by itself, is not let in at all", async () => {
    await start(WITH_CLIENTS);
    expect(await codeWith("gw-1", "secret of gw-1", stranger.issue("gw-1"))).toBe(undefined);
    await until("it is counted", () => front.counters.total("connections.refused.total tls") === 1);
  });

  test("is not needed with the password, and needed without", async () => {
    await start(WITH_CLIENTS);
    expect(await codeWith("gw-1", "secret of gw-1")).toBe(0);
    expect(await codeWith("gw-1", "")).toBe(5);
  });

  test("counts as well when a TLS session is taken up again", async () => {
    await start(WITH_CLIENTS);
    const { socket, link } = open(readPair(gateway));
    const session = new Promise<Buffer>((resolve) => socket.once("session", resolve));
    expect(await returnCodeOf(link, "gw-1", "")).toBe(0);
    const again = open({ session: await session });
    expect(await returnCodeOf(again.link, "gw-1", "")).toBe(0);
    expect(again.socket.isSessionReused()).toBe(true);
  });

  test("ends with its gateway", async () => {
    await start(WITH_CLIENTS);
    const { link } = open(readPair(gateway));
    expect(await returnCodeOf(link, "gw-1", "")).toBe(0);
    front.registry.hashes.delete("gw-1");
    await front.broker.broadcast("gateways.credentialsRevoked", { gatewayId: "gw-1" });
    await until("the connection is closed", () => link.isClosed);
    expect(await codeWith("gw-1", "", gateway)).toBe(5);
  });
});

test("a new certificate is shown to new connections, and the open ones go on", async () => {
  const used = authority.copy(server);
  await start({ pair: used });
  const shown = async () => {
    const { socket, link } = open();
    expect(await returnCodeOf(link, "gw-1", "secret of gw-1")).toBe(0);
    return socket.getPeerCertificate().subject.CN;
  };
  const before = await front.connect("gw-2", { protocol: "mqtts", ca: authority.pem });
  expect(await shown()).toBe("front");
  const renewed = authority.issue("renewed");
  copyFileSync(renewed.cert, used.cert);
  process.emit("SIGHUP");
  expect(await shown()).toBe("front");
  copyFileSync(renewed.key, used.key);
  process.emit("SIGHUP");
  expect(await shown()).toBe("renewed");
  await before.up("reported", { state: {} });
  const listening = process.listenerCount("SIGHUP");
  await front.stop();
  expect(process.listenerCount("SIGHUP")).toBe(listening - 1);
});

test("a front without certificates does not speak TLS", async () => {
  front = await startFrontHarness();
  const { link } = open();
  await until("it is closed", () => link.isClosed);
  const plain = new RawLink(connectSocket(front.port, "127.0.0.1"));
  links.push(plain);
  expect(await returnCodeOf(plain, "gw-1", "secret of gw-1")).toBe(0);
});
