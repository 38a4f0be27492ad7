import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Aedes, type AuthenticateError } from "aedes";
import { afterEach, describe, expect, it } from "vitest";
import { ClosedLoop } from "./closed-loop.ts";
import { FixedRate } from "./fixed-rate.ts";
import { Fleet } from "./fleet.ts";
import { SEQ_BASE } from "./frames.ts";

const TIMING = { warmMs: 50, measureMs: 100, serverPids: [process.pid] };
const GATEWAYS = Array.from({ length: 10 }, (_, index) => ({
  gatewayId: `gw-${index}`,
  username: `gw-${index}`,
  password: "secret",
}));

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A broker that keeps what arrived, by topic and in order. */
async function startBroker() {
  const seqs = new Map<string, number[]>();
  const broker = await Aedes.createBroker({
    authenticate: (_client, _name, password, done) => {
      if (password?.toString() === "secret") done(null, true);
      else done(Object.assign(new Error("refused"), { returnCode: 5 }) as AuthenticateError, false);
    },
    authorizePublish: (_client, { topic, payload }, done) => {
      const { seq } = JSON.parse(payload.toString()) as { seq: number };
      seqs.set(topic, [...(seqs.get(topic) ?? []), seq]);
      done();
    },
  });
  const server = createServer((socket) => broker.handle(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(async () => {
    server.close();
    await new Promise<void>((done) => broker.close(() => done()));
  });
  return { seqs, port: (server.address() as AddressInfo).port, close: () => broker.close() };
}

async function connected(port: number, window: number): Promise<Fleet> {
  const fleet = new Fleet(GATEWAYS, window);
  await fleet.connect(port);
  return fleet;
}

function expectAllInOrder(fleet: Fleet, seqs: Map<string, number[]>): void {
  for (const [index, sent] of fleet.sentPerGateway.entries()) {
    const expected = Array.from({ length: sent }, (_, count) => SEQ_BASE + count + 1);
    expect(seqs.get(`gw/gw-${index}/up/reported`)).toEqual(expected);
  }
}

describe("a fleet", () => {
  it("sends every gateway's messages once and in order, in a closed loop", async () => {
    const { seqs, port } = await startBroker();
    const fleet = await connected(port, 2);
    const loop = new ClosedLoop(fleet, 15);
    fleet.onPuback = () => loop.credit(1);
    const result = await loop.run({ ...TIMING, inFlight: 15, creditsFrom: "puback" });
    expect(result.completed).toBeGreaterThan(0);
    expect(fleet.totalSent).toBeGreaterThan(result.completed);
    expectAllInOrder(fleet, seqs);
  });

  it("stops at the credits it was given", async () => {
    const { port } = await startBroker();
    const fleet = await connected(port, 2);
    const loop = new ClosedLoop(fleet, 4);
    const run = loop.run({ ...TIMING, inFlight: 4, creditsFrom: "consumer" });
    expect(fleet.totalSent).toBe(4);
    loop.credit(3);
    expect(fleet.totalSent).toBe(7);
    setTimeout(() => loop.credit(4), 200);
    expect((await run).completed).toBe(0);
  });

  it("sends exactly the scheduled number at a fixed rate and measures each", async () => {
    const { seqs, port } = await startBroker();
    const fleet = await connected(port, 2);
    const schedule = new FixedRate(fleet, 1_000);
    fleet.onPuback = (slot) => schedule.acknowledged(slot);
    const result = await schedule.run({ ...TIMING, ratePerSecond: 1_000 });
    expect(fleet.totalSent).toBe(150);
    expect(result.p50Ms).toBeGreaterThan(0);
    expect(result.maxMs).toBeGreaterThanOrEqual(result.p99Ms);
    expectAllInOrder(fleet, seqs);
  });

  it("names the gateway that was refused", async () => {
    const { port } = await startBroker();
    const fleet = new Fleet([{ gatewayId: "gw-x", username: "gw-x", password: "wrong" }], 1);
    await expect(fleet.connect(port)).rejects.toThrow("gw-x: CONNACK with return code 5");
  });

  it("ends a run when a connection is lost", async () => {
    const { port, close } = await startBroker();
    const fleet = await connected(port, 1);
    const never = fleet.guard(new Promise(() => {}));
    close();
    await expect(never).rejects.toThrow("the server closed the connection");
  });
});
