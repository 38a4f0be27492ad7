import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Params } from "../../actors/contracts/contract.ts";
import { DomainError } from "../../actors/contracts/errors.ts";
import { call } from "../../mixins/bridge.ts";
import { answers, type CameraNode, CameraOutside, startCameraNode } from "../helpers/camera-cluster.ts";
import { natsBrokers } from "../helpers/nats-brokers.ts";
import { freshDatabase } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let brokers: ReturnType<typeof natsBrokers>;
let outside: CameraOutside;
let nodes: CameraNode[];
let gatewayId: string;
let runs = 0;

const cameraId = "front door";
const START = "camera.startStream";
const STOP = "camera.stopStream";

beforeAll(async () => {
  database = await freshDatabase();
});
beforeEach(async () => {
  brokers = natsBrokers();
  outside = await CameraOutside.start(brokers);
  nodes = [];
  runs += 1;
  gatewayId = `gw-${runs}`;
});
afterEach(async () => {
  for (const { stop } of nodes) await stop();
  await outside.stop();
});
afterAll(() => database.drop());

async function begin(...nodeIds: readonly string[]): Promise<void> {
  for (const nodeId of nodeIds) nodes.push(await startCameraNode(brokers, nodeId, database.url));
  await waitFor("cameras on all nodes", () => {
    const endpoints = outside.broker.registry.actions.get("cameras.ask")?.endpoints.length;
    return endpoints === nodes.length && nodes.every(({ partitions }) => partitions() === 8 / nodes.length);
  });
  await outside.hello(gatewayId, "b1", [{ id: cameraId, ptz: true }, { id: "fixed" }]);
  await waitFor(
    "the cameras",
    async () => (await call(outside.broker, "cameras.list", { gatewayId })).cameras.length === 2,
  );
}

const at = (broker = outside.broker) => ({
  start: (viewer: string, ttlSeconds = 30) =>
    call(broker, "cameras.startStream", { gatewayId, cameraId, viewer, ttlSeconds }),
  stop: (viewer: string) => call(broker, "cameras.stopStream", { gatewayId, cameraId, viewer }),
  get: () => call(broker, "cameras.get", { gatewayId, cameraId }),
  move: (pan: number, more: Partial<Params<"cameras.move">> = {}) =>
    call(broker, "cameras.move", { gatewayId, cameraId, pan, tilt: 0, ...more }),
});
const starts = () => outside.sent(gatewayId, START);
const stops = () => outside.sent(gatewayId, STOP);

function ownerAndOther(): readonly [CameraNode, CameraNode] {
  const owner = nodes.find(({ nodeId }) => nodeId === nodes[0]?.router.ownerOf(gatewayId));
  const other = nodes.find((node) => node !== owner);
  if (!owner || !other) throw new Error("two nodes are needed");
  return [owner, other];
}

test("a client that starts the stream 1,000 times in a loop costs one command, and gets one steady stream", async () => {
  await begin("a", "b");
  const viewers = nodes.map(({ broker }) => at(broker));
  const first = await at().start("page");
  const leases = [first];
  for (let n = 0; n < 900; n += 1)
    leases.push(...(await Promise.all([viewers[n % 2]?.start("page") ?? first])));
  leases.push(...(await Promise.all(Array.from({ length: 99 }, () => at().start("page")))));
  expect(leases).toHaveLength(1000);
  expect(new Set(leases.map(({ streamId, url }) => `${streamId} ${url}`))).toEqual(
    new Set([`${first.streamId} rtsp://media/${first.streamId}`]),
  );
  expect(leases.every((lease) => lease.expireTime >= first.expireTime)).toBe(true);
  expect([starts().length, stops().length]).toEqual([1, 0]);
  const { stream } = await at().get();
  expect(stream).toMatchObject({ state: "ON", viewers: [{ viewer: "page" }] });
});

test("who calls while the stream begins waits for the same command; stop and start within the grace cost nothing", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  outside.gateway = async (command) => {
    await promise;
    return answers(command);
  };
  await begin("a", "b");
  const calls = nodes.flatMap(({ broker }) => ["x", "y", "z"].map((viewer) => at(broker).start(viewer)));
  await waitFor("the command", () => starts().length === 1);
  resolve();
  const leases = await Promise.all(calls);
  expect(new Set(leases.map(({ url }) => url)).size).toBe(1);
  for (const viewer of ["x", "y", "z"]) await at().stop(viewer);
  for (let n = 0; n < 20; n += 1) {
    await at().start("x");
    await at().stop("x");
  }
  expect([starts().length, stops().length]).toEqual([1, 0]);
  await waitFor("the push to end", () => stops().length === 1);
  expect(stops()[0]?.args).toEqual({ camera: cameraId, streamId: leases[0]?.streamId });
  await waitFor("the answer", async () => (await at().get()).stream.state === "OFF");
  const { streamed } = await call(outside.broker, "cameras.list", { gatewayId });
  expect(streamed.seconds).toBeGreaterThan(0.3);
  expect(streamed.bytesEstimated).toBeCloseTo(streamed.seconds * 250_000, -1);
});

test("a lease that nobody extends ends the push", async () => {
  await begin("a");
  await at().start("page", 1);
  await call(outside.broker, "cameras.keepStream", { gatewayId, cameraId, viewer: "page", ttlSeconds: 1 });
  await waitFor("the push to end", () => stops().length === 1);
  const keeping = call(outside.broker, "cameras.keepStream", { gatewayId, cameraId, viewer: "page" });
  await expect(keeping).rejects.toMatchObject({ type: "LEASE_NOT_FOUND" });
  const next = await at().start("page");
  expect(starts().map(({ args }) => args.streamId)).toContain(next.streamId);
  expect(starts()).toHaveLength(2);
});

test("the owner is killed: viewers and the stream stay, no command is sent again, and the last lease still ends it", async () => {
  await begin("a", "b");
  const [owner, survivor] = ownerAndOther();
  const before = await at(survivor.broker).start("page", 4);
  await owner.crash();
  await waitFor("the survivor to own all", () => survivor.partitions() === 8);
  const after = await at(survivor.broker).start("page", 4);
  expect([after.streamId, after.url]).toEqual([before.streamId, before.url]);
  expect((await at(survivor.broker).get()).stream.viewers).toHaveLength(1);
  expect([starts().length, stops().length]).toEqual([1, 0]);
  await waitFor("the push to end", () => stops().length === 1);
});

test("the owner is killed while the stream begins: the next one goes on with the same command", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  outside.gateway = async (command) => {
    await promise;
    return answers(command);
  };
  await begin("a", "b");
  const [owner, survivor] = ownerAndOther();
  const calling = at(survivor.broker).start("page");
  await waitFor("the command", () => starts().length === 1);
  await owner.crash();
  await waitFor("the survivor to own all", () => survivor.partitions() === 8);
  resolve();
  const lease = await calling;
  await waitFor("the stream", async () => (await at(survivor.broker).get()).stream.state === "ON");
  expect((await at(survivor.broker).start("other")).streamId).toBe(lease.streamId);
  expect(starts()).toHaveLength(1);
});

test("a failure is told to those who called, and the next call tries anew", async () => {
  await begin("a", "b");
  outside.gateway = () => ({ state: "FAILED" });
  const calls = nodes.map(({ broker }) => at(broker).start("page"));
  for (const { status } of await Promise.allSettled(calls)) expect(status).toBe("rejected");
  outside.gateway = () => {
    throw new DomainError("GATEWAY_OFFLINE", { gatewayId });
  };
  await expect(at().start("page")).rejects.toMatchObject({ type: "GATEWAY_OFFLINE" });
  await waitFor("the end of it", async () => (await at().get()).stream.state === "OFF");
  outside.gateway = answers;
  const { url } = await at().start("page");
  expect(url).toContain("rtsp://media/");
  await expect(
    call(outside.broker, "cameras.startStream", { gatewayId, cameraId: "no", viewer: "page" }),
  ).rejects.toMatchObject({ type: "CAMERA_NOT_FOUND" });
});

test("a gateway that was away, or was switched on anew, pushes again for those who still watch", async () => {
  await begin("a");
  const { streamId } = await at().start("page");
  await outside.hello(gatewayId, "b2");
  await waitFor("the stream after the reboot", () => starts().length === 2);
  await waitFor("it to be on", async () => (await at().get()).stream.state === "ON");
  await outside.presence(gatewayId, "OFFLINE");
  await waitFor("the interruption", async () => (await at().get()).stream.state === "INTERRUPTED");
  await expect(at().start("other")).rejects.toMatchObject({ type: "GATEWAY_OFFLINE" });
  expect(starts()).toHaveLength(2);
  expect((await at().get()).stream.viewers).toMatchObject([{ viewer: "page" }]);
  await outside.presence(gatewayId, "ONLINE");
  await waitFor("the stream again", async () => (await at().get()).stream.state === "ON");
  expect(starts().map(({ args }) => args.streamId)).toEqual([streamId, streamId, streamId]);
  expect((await call(outside.broker, "cameras.list", { gatewayId })).cameras).toHaveLength(2);
});

test("of moves that wait one is sent, the newest to arrive, from whichever node they come", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  outside.gateway = async (command) => {
    await promise;
    return answers(command);
  };
  await begin("a", "b");
  const moves = () => outside.sent(gatewayId, "camera.move");
  const first = at(nodes[0]?.broker).move(1);
  await waitFor("the first move", () => moves().length === 1);
  const ended: { readonly pan: number; readonly error: unknown }[] = [];
  const waiting = [2, 3, 4, 5].map((pan) =>
    at(nodes[pan % 2]?.broker)
      .move(pan)
      .then(
        () => ended.push({ pan, error: undefined }),
        (error: unknown) => ended.push({ pan, error }),
      ),
  );
  await waitFor("all but one to be superseded", () => ended.length === 3);
  expect(ended.map(({ error }) => error)).toEqual(
    ended.map(() => expect.objectContaining({ type: "SUPERSEDED" })),
  );
  resolve();
  await Promise.all([first, ...waiting]);
  expect(ended.at(-1)?.error).toBeUndefined();
  expect(moves().map(({ args }) => args.pan)).toEqual([1, ended.at(-1)?.pan]);
  await expect(at().move(1, { cameraId: "fixed" })).rejects.toMatchObject({ type: "CAMERA_NOT_MOVABLE" });
});

test("who has control moves the camera alone, until an admin takes it over or it is released", async () => {
  await begin("a");
  const as = (name: string, role: "operator" | "admin" = "operator") => ({
    meta: { by: name, principal: { name, role } },
  });
  const camera = { gatewayId, cameraId };
  const acquire = (...who: Parameters<typeof as>) =>
    call(outside.broker, "cameras.acquireControl", { ...camera, ttlSeconds: 30 }, as(...who));
  const move = (who: string) =>
    call(outside.broker, "cameras.move", { ...camera, pan: 1, tilt: 2, speed: 0.5 }, as(who));
  await acquire("user:ann");
  await move("user:ann");
  const refused = { type: "CONTROL_HELD", data: { holder: "user:ann", expireTime: expect.any(String) } };
  await expect(move("user:bob")).rejects.toMatchObject(refused);
  await expect(acquire("user:bob")).rejects.toMatchObject(refused);
  const { holder } = await acquire("user:root", "admin");
  expect(holder).toBe("user:root");
  await expect(move("user:ann")).rejects.toMatchObject({ type: "CONTROL_HELD" });
  await call(outside.broker, "cameras.releaseControl", camera, as("user:root", "admin"));
  await move("user:bob");
  expect(outside.sent(gatewayId, "camera.move")).toHaveLength(2);
});
