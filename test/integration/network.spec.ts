import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canMakeNamespaces, makeNamespace, type Namespace } from "../helpers/network.ts";
import { waitFor } from "../helpers/wait-for.ts";

/** Connects, sends what it reads as lines, and prints what happens. */
const CLIENT = `
const socket = require("node:net").connect(Number(process.argv[2]), process.argv[1]);
for (const event of ["connect", "end"]) socket.on(event, () => console.log(event));
socket.on("error", ({ code }) => console.log(code));
socket.on("data", (chunk) => console.log(String(chunk)));
process.stdin.on("data", (chunk) => socket.write(chunk));`;

const isAllowed = await canMakeNamespaces();

let namespace: Namespace;
let server: Server;
let accepted: Socket[];
let received: string;

beforeEach(async () => {
  accepted = [];
  received = "";
  if (!isAllowed) return;
  namespace = await makeNamespace();
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => (received += chunk));
  }).listen(0, namespace.hostAddress);
  await once(server, "listening");
});

afterEach(async () => {
  if (!isAllowed) return;
  for (const socket of accepted) socket.destroy();
  server.close();
  await namespace.remove();
});

function port(): number {
  return (server.address() as AddressInfo).port;
}

function startClient() {
  const args = ["--eval", CLIENT, namespace.hostAddress, String(port())];
  const child = namespace.spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  if (!child.stdin || !child.stdout) throw new Error("the client has no pipes");
  const lines: string[] = [];
  createInterface(child.stdout).on("line", (line) => lines.push(line));
  return { lines, send: (text: string) => child.stdin?.write(text), child };
}

/** Two packets later than the one that was lost could have arrived: TCP sends it again 200 ms later. */
const RETRANSMITTED_MS = 450;

describe.skipIf(!isAllowed)("a namespace", () => {
  it("loses what is cut, silently, and TCP goes on after the heal", async () => {
    const client = startClient();
    await waitFor("the connection", () => client.lines.includes("connect"));
    await namespace.cut(port());
    client.send("lost");
    accepted[0]?.write("lost too");
    const second = startClient();
    await expect(waitFor("any word", () => received || client.lines[1], RETRANSMITTED_MS)).rejects.toThrow();
    expect([received, client.lines, second.lines]).toEqual(["", ["connect"], []]);
    await namespace.heal(port());
    await waitFor("both directions", () => received === "lost" && client.lines.includes("lost too"));
    await waitFor("the second connection", () => second.lines.includes("connect"));
  });

  it("loses one direction only", async () => {
    const client = startClient();
    await waitFor("the connection", () => client.lines.includes("connect"));
    await namespace.oneWay(port(), "toServer");
    client.send("request");
    await waitFor("the request", () => received === "request");
    accepted[0]?.write("answer");
    await expect(waitFor("the answer", () => client.lines[1], RETRANSMITTED_MS)).rejects.toThrow();
    await namespace.oneWay(port(), "toClient");
    await waitFor("the answer, sent again", () => client.lines[1] === "answer");
    client.send("another");
    await expect(waitFor("it", () => received !== "request", RETRANSMITTED_MS)).rejects.toThrow();
    await namespace.heal(port());
    await waitFor("the other request", () => received === "requestanother");
  });

  it("leaves nothing behind: no process, no namespace, no link", async () => {
    const { child } = startClient();
    const ended = once(child, "exit");
    await waitFor("the client", () => accepted.length === 1);
    await namespace.remove();
    expect(await ended).toEqual([null, "SIGKILL"]);
    const left = execFileSync("ip", ["addr"]).toString();
    expect(left).not.toContain(namespace.hostAddress);
  });
});
