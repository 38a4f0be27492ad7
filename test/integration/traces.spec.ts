import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { type CollectedSpan, Collector } from "../helpers/collector.ts";
import { connectGateway, provision, type TestGateway } from "../helpers/gateway.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { freshDatabase, freshNamespace, sharedServers } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const CALLERS_SPAN = "b7ad6b7169203331";

let collector: Collector;
let nextTrace = 0;

beforeAll(async () => {
  collector = await Collector.open();
});
afterAll(() => collector.close());
beforeEach(() => {
  collector.spans.length = 0;
});

/** A caller's trace, other than those before it. */
function callersTrace(flags = "01") {
  const traceId = TRACE_ID.slice(0, -4) + (++nextTrace).toString(16).padStart(4, "0");
  return { traceId, headers: { traceparent: `00-${traceId}-${CALLERS_SPAN}-${flags}` } };
}

/** Answers its next command. */
async function answerCommand(gateway: TestGateway): Promise<void> {
  const { id, replyTo } = await gateway.next("command");
  await gateway.client.publishAsync(String(replyTo), JSON.stringify({ id, status: "OK", result: {} }), {
    qos: 1,
  });
}

/** The names on the way from the first span to this one. */
function wayTo(spans: readonly CollectedSpan[], last: string): string[] {
  const way: string[] = [];
  let span = spans.find(({ name }) => name === last);
  for (; span; span = parentOf(spans, span)) way.unshift(span.name);
  return way;
}

function parentOf(spans: readonly CollectedSpan[], { parentId }: CollectedSpan): CollectedSpan | undefined {
  return spans.find(({ spanId }) => spanId === parentId);
}

/** With all of these and what they are part of; each service sends its own. */
function complete(traceId: string, names: readonly string[]): Promise<CollectedSpan[]> {
  return waitFor(`the spans ${names}`, () => {
    const spans = collector.trace(traceId);
    const left = spans.map(({ name }) => name);
    const areThere = names.every((name) => left.includes(name) && left.splice(left.indexOf(name), 1));
    const isRooted = (span: CollectedSpan) => span.parentId === CALLERS_SPAN || parentOf(spans, span);
    return areThere && spans.every(isRooted) && spans;
  });
}

const POST = "POST /v1/gateways/:gatewayId/commands";
const CREATE = "process command createCommand";
const PUBLISH = "send gw/{gatewayId}/down/command";
const ANSWER = "process command recordAnswer";
const COMMIT = "INSERT commits";
const COMMAND = [POST, CREATE, COMMIT, PUBLISH, ANSWER, COMMIT];

const PATCH = "PATCH /v1/gateways/:gatewayId/twin/desired";
const UPDATE = "process twin updateDesired";
const DELTA = "send gw/{gatewayId}/down/delta";
const REPORT = "process twin reportState";
const WISH = [PATCH, UPDATE, COMMIT, DELTA, REPORT, COMMIT];

const CAMERA = "/v1/gateways/gw-1/cameras/front";
const START = "POST /v1/gateways/:gatewayId/cameras/:cameraId:startStream";
const MOVE = "POST /v1/gateways/:gatewayId/cameras/:cameraId:move";
const LEASE = "process camera startStream";
const STREAM_ANSWER = "process camera streamAnswered";

describe("one process", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let product: Product;
  let gateway: TestGateway;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    product = await startProduct({
      dataDir: directory.path,
      env: { JAEGER_URL: collector.url, TRACE_SAMPLE_RATE: "0" },
    });
    const [credentials] = await provision(product, ["gw-1"]);
    if (!credentials) throw new Error("the gateway was not created");
    gateway = await connectGateway(product, credentials);
    await gateway.publish("hello", { boot: "b1", cameras: [{ id: "front", ptz: true }] });
    await waitFor("the camera", async () => (await product.request("GET", CAMERA)).status === 200);
  }, 60_000);

  afterAll(async () => {
    await gateway.end();
    expect(await product.kill("SIGTERM")).toBe(0);
    await directory.remove();
  });

  it("tells of a command from the call to the gateway's answer", async () => {
    const { traceId, headers } = callersTrace();
    const call = product.request("POST", "/v1/gateways/gw-1/commands", { name: "reboot" }, headers);
    await answerCommand(gateway);
    const answer = await call;
    expect(answer).toMatchObject({ status: 200, body: { state: "SUCCEEDED" } });
    const spans = await complete(traceId, COMMAND);
    expect(spans).toHaveLength(COMMAND.length);
    expect(answer.headers.get("traceparent")).toMatch(`00-${traceId}-`);
    expect(wayTo(spans, ANSWER)).toEqual([POST, CREATE, ANSWER]);
    expect(wayTo(spans, PUBLISH)).toEqual([POST, CREATE, PUBLISH]);
    const [first] = spans.filter(({ name }) => name === POST);
    expect(first).toMatchObject({
      parentId: CALLERS_SPAN,
      service: "gateway-twin-api",
      tags: {
        "http.request.method": "POST",
        "http.route": "/v1/gateways/:gatewayId/commands",
        "http.response.status_code": 200,
        "span.kind": "server",
      },
    });
    const [commit] = spans.filter(({ name }) => name === COMMIT);
    expect(commit?.tags).toMatchObject({
      "db.system.name": "sqlite",
      "db.operation.name": "INSERT",
      "db.operation.batch.size": expect.any(Number),
    });
    const [publish] = spans.filter(({ name }) => name === PUBLISH);
    expect(publish?.tags).toMatchObject({
      "messaging.system": "mqtt",
      "messaging.operation.type": "send",
      "messaging.destination.name": "gw/gw-1/down/command",
    });
  });

  it("tells of a stream from the call to the gateway's answer to the command that begins it", async () => {
    const { traceId, headers } = callersTrace();
    const call = product.request("POST", `${CAMERA}:startStream`, { viewer: "v1" }, headers);
    await answerCommand(gateway);
    expect(await call).toMatchObject({ status: 200 });
    const spans = await complete(traceId, [START, LEASE, CREATE, PUBLISH, ANSWER, STREAM_ANSWER]);
    expect(wayTo(spans, ANSWER)).toEqual([START, LEASE, CREATE, ANSWER]);
    expect(wayTo(spans, PUBLISH)).toEqual([START, LEASE, CREATE, PUBLISH]);
    expect(wayTo(spans, STREAM_ANSWER)).toEqual([START, LEASE, STREAM_ANSWER]);
  });

  it("tells of a camera's move from the call to the gateway's answer", async () => {
    const { traceId, headers } = callersTrace();
    const call = product.request("POST", `${CAMERA}:move`, { pan: 1, tilt: 0 }, headers);
    await answerCommand(gateway);
    expect(await call).toMatchObject({ status: 200 });
    const spans = await complete(traceId, [MOVE, CREATE, PUBLISH, ANSWER]);
    expect(wayTo(spans, ANSWER)).toEqual([MOVE, CREATE, ANSWER]);
  });

  it("tells of a wish from the call to the report that fulfils it, and of nothing after it", async () => {
    const { traceId, headers } = callersTrace();
    await product.request("PATCH", "/v1/gateways/gw-1/twin/desired", { led: "on" }, headers);
    await gateway.next("delta");
    await gateway.publish("reported", { state: { other: 1 } });
    await gateway.publish("reported", { state: { led: "on" } });
    await gateway.publish("reported", { state: { led: "off" } });
    await gateway.publish("reported", { state: { led: "on" } });
    const spans = await complete(traceId, WISH);
    expect(spans).toHaveLength(WISH.length);
    expect(wayTo(spans, REPORT)).toEqual([PATCH, UPDATE, REPORT]);
    expect(wayTo(spans, DELTA)).toEqual([PATCH, UPDATE, DELTA]);
  });

  it("writes into the journal what a traced call has caused", async () => {
    const { traceId, headers } = callersTrace();
    await product.request("PATCH", "/v1/gateways/gw-1/twin/desired", { fan: 1 }, headers);
    await gateway.publish("reported", { state: { led: "on", fan: 1 } });
    await product.request("PATCH", "/v1/gateways/gw-1/twin/desired", { fan: 2 });
    type Event = { readonly type: string; readonly traceId?: string; readonly data: object };
    const events = await waitFor("the last change", async () => {
      const { body } = await product.request("GET", "/v1/events?filter=gatewayId%20%3D%20gw-1");
      const found = (body as { events: Event[] }).events.filter(({ type }) => type.startsWith("twin."));
      return JSON.stringify(found[0]?.data).includes('"fan":2') && found.slice(0, 3);
    });
    expect(events.map(({ type, traceId: id }) => [type, id])).toEqual([
      ["twin.desired.updated", undefined],
      ["twin.reported.updated", traceId],
      ["twin.desired.updated", traceId],
    ]);
  });

  it("marks what fails", async () => {
    const { traceId, headers } = callersTrace();
    const path = "/v1/gateways/gw-1/twin/desired";
    const answer = await product.request("PATCH", path, { led: 1 }, { ...headers, "if-match": '"999"' });
    expect(answer.status).toBe(412);
    expect(answer.headers.get("traceparent")).toMatch(`00-${traceId}-`);
    const spans = await complete(traceId, [PATCH, UPDATE]);
    const [turn] = spans.filter(({ name }) => name === UPDATE);
    expect(turn?.tags).toMatchObject({ error: true, "error.type": "VERSION_MISMATCH" });
    const [request] = spans.filter(({ name }) => name === PATCH);
    expect(request?.tags).toMatchObject({ "http.response.status_code": 412 });
    expect(request?.tags.error).toBeUndefined();
  });

  it("sends nothing of what is not sampled, nor of strangers", async () => {
    const { requests } = collector;
    const path = "/v1/gateways/gw-1/twin/desired";
    const { headers } = callersTrace("00");
    const unsampled = await product.request("PATCH", path, { led: 2 }, headers);
    expect(unsampled.headers.get("traceparent")).toBeNull();
    await product.request("PATCH", path, { led: 3 });
    await product.request(
      "PATCH",
      path,
      { led: 4 },
      { ...callersTrace().headers, authorization: "Bearer x" },
    );
    await gateway.publish("reported", { state: { led: 3 } });
    const { traceId, headers: sampled } = callersTrace();
    await product.request("GET", "/v1/gateways/gw-1/twin", undefined, sampled);
    const spans = await complete(traceId, ["GET /v1/gateways/:gatewayId/twin", "process twin getTwin"]);
    // What was made before these has been sent before, or with them.
    expect(collector.spans).toEqual(spans);
    expect(collector.requests - requests).toBeLessThanOrEqual(2);
  });
});

describe("a node of the API and one of the gateways, with actors at both", () => {
  const IDS = Array.from({ length: 8 }, (_, index) => `gw-${index}`);
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let nodes: Product[];
  let gateways: TestGateway[];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    database = await freshDatabase();
    const env = {
      DATABASE_URL: database.url,
      NATS_URL: sharedServers().natsUrl,
      NAMESPACE: freshNamespace(),
      JAEGER_URL: collector.url,
    };
    const start = (nodeId: string, roles: string) =>
      startProduct({ dataDir: directory.path, env: { ...env, NODE_ID: nodeId, ROLES: roles } });
    nodes = await Promise.all([start("n-api", "bff,admin,core"), start("n-edge", "edge,core,job")]);
    await waitFor("partitions at both", async () => {
      const { body } = await node(0).request("GET", "/v1/cluster");
      const { partitions } = body as { partitions: Record<string, { owners: object }> };
      return Object.keys(partitions.command?.owners ?? {}).length === nodes.length;
    });
    const credentials = await provision(node(0), IDS);
    gateways = await Promise.all(credentials.map((each) => connectGateway(node(1), each)));
    for (const gateway of gateways) await gateway.publish("hello", { boot: "b1" });
  }, 60_000);

  afterAll(async () => {
    for (const gateway of gateways) await gateway.end();
    const codes = await Promise.all(nodes.map((each) => each.kill("SIGTERM")));
    await database.drop();
    await directory.remove();
    expect(codes).toEqual(nodes.map(() => 0));
  }, 60_000);

  function node(index: number): Product {
    const found = nodes[index];
    if (!found) throw new Error(`there is no node ${index}`);
    return found;
  }

  async function traceOfCommand(gateway: TestGateway): Promise<CollectedSpan[]> {
    const { traceId, headers } = callersTrace();
    const path = `/v1/gateways/${gateway.id}/commands`;
    const call = node(0).request("POST", path, { name: "reboot" }, headers);
    await answerCommand(gateway);
    expect(await call).toMatchObject({ status: 200 });
    return complete(traceId, COMMAND);
  }

  it("tell of a command as one, over both", async () => {
    const traces = await Promise.all(gateways.map(traceOfCommand));
    const way = [POST, CREATE, ANSWER];
    const hop = "send commands.ask";
    for (const spans of traces) {
      expect(wayTo(spans, ANSWER).filter((name) => name !== hop)).toEqual(way);
      const nodeIds = new Set(spans.map(({ tags }) => tags["service.instance.id"]));
      expect(nodeIds).toEqual(new Set(["n-api", "n-edge"]));
    }
    const hops = traces.flatMap((spans) => spans.filter(({ name }) => name === hop));
    expect(hops.length).toBeGreaterThan(0);
    expect(hops[0]?.tags).toMatchObject({
      "messaging.system": "nats",
      "messaging.destination.name": "commands.ask",
      "messaging.batch.message_count": 1,
    });
  }, 30_000);
});
