import { once } from "node:events";
import { connect } from "node:net";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../helpers/actor-harness.ts";
import { type Credentials, connectGateway, provision } from "../helpers/gateway.ts";
import { type Product, spawnProduct, startProduct } from "../helpers/product.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Twin = {
  readonly version: number;
  readonly inSync: boolean;
  readonly desired: { readonly version: number };
  readonly reported: { readonly state: Record<string, unknown> };
};

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let product: Product;
let next = 0;

beforeAll(async () => {
  directory = await temporaryDirectory();
  product = await startProduct({ dataDir: directory.path });
});

afterAll(async () => {
  const code = await product.kill("SIGTERM");
  await directory.remove();
  expect(code).toBe(0);
});

async function newGateway(): Promise<Credentials> {
  next += 1;
  const [credentials] = await provision(product, [`gw-${next}`]);
  if (!credentials) throw new Error("the gateway was not created");
  return credentials;
}

const path = ({ username }: Credentials) => `/v1/gateways/${username}`;
const twinOf = async (gateway: Credentials) =>
  (await product.request("GET", `${path(gateway)}/twin`)).body as Twin;

describe("the way of a change", () => {
  it("goes from REST to the gateway as a delta and back as a report", async () => {
    const credentials = await newGateway();
    const gateway = await connectGateway(product, credentials);
    await product.request("PATCH", `${path(credentials)}/twin/desired`, { interval: 10, mode: "eco" });
    expect(await gateway.next("delta")).toMatchObject({ version: 1, state: { interval: 10, mode: "eco" } });
    expect((await twinOf(credentials)).inSync).toBe(false);
    await gateway.publish("reported", { state: { interval: 10, mode: "eco" }, boot: "b1", seq: 1 });
    expect(await gateway.next("ack")).toEqual({ boot: "b1", seq: 1, version: 2 });
    expect(await twinOf(credentials)).toMatchObject({ version: 2, inSync: true });
    await gateway.end();
  });

  it("waits for a gateway that is away: it gets on hello what it missed, and nothing when it has it", async () => {
    const credentials = await newGateway();
    await product.request("PATCH", `${path(credentials)}/twin/desired`, { a: 1 });
    const gateway = await connectGateway(product, credentials);
    await gateway.publish("hello", { boot: "b1" });
    const desired = await gateway.next("desired");
    expect(desired).toMatchObject({ version: 1, state: { a: 1 } });
    await gateway.publish("hello", { boot: "b1", desiredVersion: 1, desiredHash: desired.hash });
    await gateway.publish("get", { token: "t" });
    expect(await gateway.next("twin")).toMatchObject({
      token: "t",
      desired: { a: 1 },
      reported: {},
      delta: { a: 1 },
    });
    expect(gateway.received).toEqual([]);
    await gateway.end();
  });

  it("takes a message twice as one, and an older one not at all", async () => {
    const credentials = await newGateway();
    const gateway = await connectGateway(product, credentials);
    for (const seq of [1, 2, 2, 1]) await gateway.publish("reported", { state: { seq }, boot: "b1", seq });
    const acks = [
      await gateway.next("ack"),
      await gateway.next("ack"),
      await gateway.next("ack"),
      await gateway.next("ack"),
    ];
    expect(acks.map(({ version }) => version)).toEqual([1, 2, 2, 2]);
    expect((await twinOf(credentials)).reported.state).toEqual({ seq: 2 });
    await gateway.end();
  });
});

describe("bad messages", () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  it.each<[string, unknown, string]>([
    ["broken JSON", '{"state":', "MALFORMED_JSON"],
    ["no object", "[1]", "NOT_AN_OBJECT"],
    ["a state that is no object", { state: 5 }, "INVALID_ARGUMENT"],
    ["an unknown key", { state: {}, extra: 1 }, "INVALID_ARGUMENT"],
    ["17 levels", { state: deep(17) }, "TOO_DEEP"],
    ["a section of 65 KiB", { state: { a: "x".repeat(65 * 1024) } }, "SECTION_TOO_LARGE"],
    ["a payload of 300 KiB", { state: { a: "x".repeat(300 * 1024) } }, "PAYLOAD_TOO_LARGE"],
    ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), "INVALID_UTF8"],
    ["a NUL byte", Buffer.from('{"state":{"a":"\0"}}'), "MALFORMED_JSON"],
    ["__proto__", '{"state":{"__proto__":{"polluted":1}}}', "KEY_NOT_ALLOWED"],
    ["a version that is not the twin's", { state: { b: 1 }, version: 99 }, "VERSION_MISMATCH"],
  ])("%s: an error to the gateway, its PUBACK, and nothing changed", async (_, payload, reason) => {
    const credentials = await newGateway();
    const gateway = await connectGateway(product, credentials);
    await gateway.publish("reported", payload);
    const error = await gateway.next("error");
    expect(error).toMatchObject({ topic: `gw/${credentials.username}/up/reported`, reason });
    expect(await twinOf(credentials)).toMatchObject({ version: 0, reported: { state: {} } });
    await gateway.publish("reported", { state: { fine: true } });
    expect((await twinOf(credentials)).reported.state).toEqual({ fine: true });
    await gateway.end();
  });

  it("keys such as constructor are keys", async () => {
    const credentials = await newGateway();
    const gateway = await connectGateway(product, credentials);
    await gateway.publish("reported", { state: { constructor: { prototype: 1 }, toString: 2 } });
    expect((await twinOf(credentials)).reported.state).toEqual({
      constructor: { prototype: 1 },
      toString: 2,
    });
    await gateway.end();
  });
});

describe("a gateway that is deleted", () => {
  it("is cut off, and a later one of the same id starts anew, whatever the first leaves behind", async () => {
    const credentials = await newGateway();
    const id = credentials.username;
    const will = {
      topic: `gw/${id}/up/reported`,
      payload: Buffer.from('{"state":{"ghost":1}}'),
      qos: 1 as const,
    };
    const client = await mqtt.connectAsync(product.mqttUrl, {
      ...credentials,
      clientId: id,
      reconnectPeriod: 0,
      will,
    });
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    await client.publishAsync(`gw/${id}/up/reported`, '{"state":{"a":1}}', { qos: 1 });
    expect((await product.request("DELETE", path(credentials))).status).toBe(204);
    await closed;
    expect((await product.request("GET", `${path(credentials)}/twin`)).status).toBe(404);
    await provision(product, [id]);
    expect(await twinOf(credentials)).toMatchObject({ version: 0, reported: { state: {} } });
  });
});

describe("an id that we would not have given", () => {
  it.each([
    ["GET", "/v1/commands/no-such"],
    ["GET", "/v1/commands/gw-1.none/log"],
    ["POST", "/v1/commands/3f2b:cancel"],
    ["GET", "/v1/artifacts/No_such"],
    ["GET", "/v1/apiKeys/no-such"],
  ])("is not found: %s %s", async (method, path) => {
    expect((await product.request(method, path)).status).toBe(404);
  });
});

describe("a start that cannot listen", () => {
  const taken = () => String(product.httpPort);
  const foreign = () => "203.0.113.1";

  it.each([
    ["HTTP_PORT", taken, {}],
    ["HTTP_PORT", taken, { ROLES: "core" }],
    ["HTTP_HOST", foreign, {}],
    ["MQTT_HOST", foreign, {}],
  ])("ends with one line that names %s", async (variable, value, others) => {
    const own = await temporaryDirectory();
    const env = { LOG_LEVEL: "fatal", [variable]: value(), ...others };
    const failed = await spawnProduct({ dataDir: own.path, env });
    await waitFor("the end of the process", () => failed.child.exitCode !== null, 20_000);
    expect(failed.child.exitCode).toBe(1);
    expect(failed.output()).toMatch(
      new RegExp(`^gateway-twin: .*${variable}.* cannot be listened on: .*\n$`),
    );
    await own.remove();
  });
});

describe("a REST client that hangs in its body", () => {
  it("holds up nobody else", async () => {
    const socket = connect(product.httpPort, "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      `PATCH /v1/gateways/gw-1/twin/desired HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${product.token}\r\n`,
    );
    socket.write('content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a":');
    expect((await product.request("GET", "/v1/gateways")).status).toBe(200);
    socket.destroy();
  });
});

describe("metrics", () => {
  it("count what happened, without any gateway's id", async () => {
    const credentials = await newGateway();
    const text = await waitFor("the counters on /metrics", async () => {
      const page = await (await fetch(`${product.httpUrl}/metrics`)).text();
      return page.includes("gateway_twin_edge_messages_total") && page;
    });
    expect(text).toMatch(/gateway_twin_edge_errors_total\{.*reason="MALFORMED_JSON".*\} \d+/);
    expect(text).not.toContain(credentials.username);
  });
});
