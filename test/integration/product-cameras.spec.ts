import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connectGateway, provision, type TestGateway } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

const CAMERA = "/v1/gateways/gw-cam/cameras/front";
const dataDir = mkdtempSync(join(tmpdir(), "gateway-twin-cameras-"));

type Order = { id: string; name: string; args: Record<string, unknown>; replyTo: string };

let product: Product;
let gateway: TestGateway;
/** What the gateway was told to do, in order. */
const orders: Order[] = [];
/** Moves are answered when this has resolved. */
let moving = Promise.resolve();

beforeAll(async () => {
  product = await startProduct({ dataDir });
  const [credentials] = await provision(product, ["gw-cam"]);
  if (!credentials) throw new Error("the gateway was not created");
  gateway = await connectGateway(product, credentials);
  gateway.client.on("message", (topic, payload) => {
    if (topic.endsWith("/down/command")) void obey(JSON.parse(payload.toString()));
  });
  await gateway.publish("hello", { boot: "b-1", cameras: [{ id: "front", name: "Front door", ptz: true }] });
  await waitFor("the camera to be known", async () => (await product.request("GET", CAMERA)).status === 200);
});

afterAll(async () => {
  await gateway?.end();
  await product?.kill("SIGTERM");
  rmSync(dataDir, { recursive: true });
});

beforeEach(() => void orders.splice(0));

async function obey(order: Order): Promise<void> {
  orders.push(order);
  if (order.name === "camera.move") await moving;
  const result = order.name === "camera.startStream" ? { url: `rtsp://media/${order.args.streamId}` } : {};
  const answer = JSON.stringify({ id: order.id, status: "OK", result });
  await gateway.client.publishAsync(order.replyTo, answer, { qos: 1 });
}

const post = (verb: string, body: object = {}, headers = {}) =>
  product.request("POST", `${CAMERA}:${verb}`, body, headers);
const told = (name: string) => orders.filter((order) => order.name === name);

async function keyOf(role: string, gatewayFilter?: string): Promise<Record<string, string>> {
  const body = { displayName: role, role, ...(gatewayFilter && { gatewayFilter }) };
  const answer = await product.request("POST", "/v1/apiKeys", body);
  if (answer.status !== 201) throw new Error(`a key was refused: ${JSON.stringify(answer.body)}`);
  return { authorization: `Bearer ${(answer.body as { token: string }).token}` };
}

test("a page that starts the stream 1,000 times costs the gateway one command, and everybody sees one stream", async () => {
  const answers = [await post("startStream", { viewer: "page" })];
  for (let round = 0; round < 37; round += 1)
    answers.push(
      ...(await Promise.all(Array.from({ length: 27 }, () => post("startStream", { viewer: "page" })))),
    );
  expect(answers).toHaveLength(1000);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const streams = new Set(answers.map(({ body }) => (body as { url: string }).url));
  expect([...streams]).toEqual([expect.stringMatching(/^rtsp:\/\/media\//)]);
  expect([told("camera.startStream"), told("camera.stopStream")]).toMatchObject([{ length: 1 }, []]);
});

test("the stream ends when its last viewer has gone, and stop-start loops cost nothing", async () => {
  await post("startStream", { viewer: "page" });
  for (let round = 0; round < 20; round += 1) {
    expect((await post("stopStream", { viewer: "page" })).status).toBe(200);
    expect((await post("startStream", { viewer: "page" })).status).toBe(200);
  }
  expect(orders).toEqual([]);
  await post("stopStream", { viewer: "page" });
  await waitFor("the push to be stopped", () => told("camera.stopStream").length === 1);
  await waitFor("the stream to be off", async () => {
    const { body } = await product.request("GET", CAMERA);
    return (body as { stream: { state: string } }).stream.state === "OFF";
  });
});

test("of the moves that wait the newest is made, and those before it are told so", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  moving = promise;
  const first = post("move", { pan: 1, tilt: 0 });
  await waitFor("the first move to be at the gateway", () => told("camera.move").length === 1);
  const waiting: Sent[] = [];
  for (let pan = 2; pan <= 6; pan += 1) waiting.push(await sent(post("move", { pan, tilt: 0 })));
  await waitFor(
    "all but the last to be superseded",
    async () => waiting.filter(({ done }) => done).length === 4,
  );
  resolve();
  const last = waiting.pop();
  expect([(await first).status, (await last?.answer)?.status]).toEqual([200, 200]);
  for (const { answer } of waiting)
    expect(await answer).toMatchObject({
      status: 409,
      body: { error: { details: [{ reason: "SUPERSEDED" }] } },
    });
  expect(told("camera.move").map(({ args }) => args.pan)).toEqual([1, 6]);
});

test("a third party has the cameras of its gateways alone, and who controls one keeps the others off", async () => {
  await product.request("PATCH", "/v1/gateways/gw-cam", { labels: { site: "a" } });
  const mine = await keyOf("thirdparty", "labels.site = a");
  const foreign = await keyOf("thirdparty", "labels.site = b");
  const operator = await keyOf("operator");
  expect((await post("startStream", { viewer: "x" }, foreign)).status).toBe(404);
  expect((await post("startStream", { viewer: "x" }, mine)).status).toBe(200);
  expect((await post("acquireControl", { ttlSeconds: 30 }, operator)).status).toBe(200);
  expect(await post("move", { pan: 9, tilt: 0 }, mine)).toMatchObject({
    status: 409,
    body: { error: { details: [{ reason: "CONTROL_HELD" }] } },
  });
  expect((await post("move", { pan: 10, tilt: 0 }, operator)).status).toBe(200);
  expect((await post("releaseControl", {}, operator)).status).toBe(200);
});

type Sent = { answer: ReturnType<typeof post>; done: boolean };

/** Resolves when the request is on its way, so that the next one comes after it. */
async function sent(answer: ReturnType<typeof post>): Promise<Sent> {
  const request: Sent = { answer, done: false };
  void answer.then(() => {
    request.done = true;
  });
  await product.request("GET", CAMERA);
  return request;
}
