import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startProxy, type TcpProxy } from "../helpers/tcp-proxy.ts";
import { waitFor } from "../helpers/wait-for.ts";

/** A server that answers each chunk with the same, and says how often it was connected to, and what it got. */
type Echo = { readonly server: Server; readonly sockets: Socket[]; received: string };

let echo: Echo;
let proxy: TcpProxy;
let clients: Client[];

beforeEach(async () => {
  clients = [];
  echo = await startEcho();
  const { port } = echo.server.address() as AddressInfo;
  proxy = await startProxy({ host: "127.0.0.1", port });
});

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  await proxy.stop();
  echo.server.close();
  await once(echo.server, "close");
});

async function startEcho(): Promise<Echo> {
  const server = createServer((socket) => {
    state.sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      state.received += chunk;
      socket.write(chunk);
    });
  }).listen(0, "127.0.0.1");
  const state: Echo = { server, sockets: [], received: "" };
  await once(server, "listening");
  return state;
}

type Client = { readonly socket: Socket; received: string; state: "open" | "ended" | "broken" };

function open(): Client {
  const client: Client = { socket: connect(proxy.port, "127.0.0.1"), received: "", state: "open" };
  client.socket.on("data", (chunk) => (client.received += chunk));
  client.socket.on("end", () => (client.state = "ended"));
  client.socket.on("error", () => (client.state = "broken"));
  clients.push(client);
  return client;
}

async function roundTrip(client: Client, text: string): Promise<void> {
  client.socket.write(text);
  await waitFor(`the echo of ${text}`, () => client.received.endsWith(text));
}

/** Long enough for anything that passes over loopback to have passed: its round trip is made meanwhile. */
async function quiet(): Promise<void> {
  const other = await startEcho();
  const { port } = other.server.address() as AddressInfo;
  for (let count = 0; count < 20; count += 1) {
    const socket = connect(port, "127.0.0.1", () => socket.write("x"));
    await once(socket, "data");
    socket.destroy();
  }
  other.server.close();
}

describe("a proxy between a client and a server", () => {
  it("passes everything, ends too, and each side's broken connection", async () => {
    const first = open();
    await roundTrip(first, "a".repeat(300_000));
    first.socket.end();
    await waitFor("the end, answered", () => first.state === "ended");
    const second = open();
    await roundTrip(second, "b");
    echo.sockets.at(-1)?.resetAndDestroy();
    await waitFor("the reset", () => second.state === "broken");
  });

  it("cut: passes nothing and tells nobody, old and new connections; what was held back comes at its end", async () => {
    const old = open();
    await roundTrip(old, "before");
    proxy.cut();
    const fresh = open();
    await once(fresh.socket, "connect");
    fresh.socket.write("new");
    old.socket.write("held");
    echo.sockets[0]?.end("late");
    await quiet();
    expect(echo.received).toBe("before");
    expect(echo.sockets).toHaveLength(1);
    expect([old.received, old.state, fresh.state]).toEqual(["before", "open", "open"]);
    proxy.heal();
    await waitFor("the new connection's echo", () => fresh.received === "new");
    await waitFor("what both sides had sent", () => old.received === "beforelate" && old.state === "ended");
    expect(echo.received).toContain("held");
  });

  it("one way: requests arrive and answers do not, or the other way round", async () => {
    const client = open();
    await roundTrip(client, "1");
    proxy.oneWay("toServer");
    client.socket.write("2");
    await waitFor("the request", () => echo.received === "12");
    await quiet();
    expect(client.received).toBe("1");
    proxy.oneWay("toClient");
    client.socket.write("3");
    await waitFor("the answer held back", () => client.received === "12");
    await quiet();
    expect(echo.received).toBe("12");
    proxy.heal();
    await waitFor("the rest", () => client.received === "123");
  });

  it("reset: breaks connections on both sides at once, and new ones until it is healed", async () => {
    const old = open();
    await roundTrip(old, "1");
    proxy.reset();
    await waitFor("the broken connection", () => old.state === "broken");
    await waitFor("the server's side", () => echo.sockets[0]?.destroyed);
    const refused = open();
    await waitFor("the refusal", () => refused.state === "broken");
    proxy.heal();
    await roundTrip(open(), "2");
    expect(echo.sockets).toHaveLength(2);
  });
});
