import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../helpers/wait-for.ts";
import { type RestHarness, reasonOf, startRest, TOKEN } from "./rest-harness.ts";

let rest: RestHarness;
let started = true;
let problems: string[] = [];
let seen: object = {};
let metaOf: () => object;
const stuck = { release: () => {} };

beforeAll(async () => {
  const twins = {
    name: "twins",
    actions: {
      get({ meta }: { meta: object }) {
        seen = meta;
        throw new Error("a secret detail");
      },
      list: () => new Promise<void>((resolve) => Object.assign(stuck, { release: resolve })),
    },
  };
  metaOf = () => seen;
  rest = await startRest([twins], {
    timeouts: { requestMs: 400, headersMs: 400, callMs: 300, closeMs: 200 },
    health: () => ({ started, ready: problems.length === 0, problems }),
    metricsText: () => "# metrics\nup 1\n",
  });
});
afterAll(() => rest.stop());

async function open(sent: string): Promise<Socket> {
  const socket = connect(rest.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(sent);
  return socket;
}

describe("pages without a token", () => {
  const read = (path: string, method = "GET") => rest.request(method, path, { token: null });

  test("tell that it lives, is ready, and measure it", async () => {
    expect(await read("/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await read("/readyz")).toMatchObject({ status: 200, body: { ready: true, problems: [] } });
    const metrics = await read("/metrics");
    expect(metrics.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(metrics.body).toEqual({ text: "# metrics\nup 1\n" });
  });

  test("tell why it is not ready", async () => {
    problems = ["the session is lost"];
    expect(await read("/readyz")).toMatchObject({ status: 503, body: { ready: false, problems } });
    expect((await read("/livez")).status).toBe(200);
    expect((await read("/healthz")).status).toBe(200);
    problems = [];
  });

  test("tell that it is still starting, which is no reason to end it", async () => {
    started = false;
    expect(await read("/healthz")).toMatchObject({ status: 503, body: { status: "starting" } });
    expect(await read("/livez")).toMatchObject({ status: 200, body: { status: "ok" } });
    started = true;
  });

  test("can be asked for without their body, and not be changed", async () => {
    const head = await read("/metrics", "HEAD");
    expect(head).toMatchObject({ status: 200, body: {} });
    expect(head.headers.get("content-length")).toBe("15");
    expect((await read("/healthz", "POST")).status).toBe(405);
  });
});

describe("every answer", () => {
  test.each(["/v1/gateways", "/v1/nothing", "/healthz", "/v1/gateways/%zz", "/"])(
    "%s has its headers",
    async (path) => {
      const { headers } = await rest.request("GET", path, { headers: { "x-request-id": "my.id-1" } });
      expect(headers.get("x-request-id")).toBe("my.id-1");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
    },
  );

  test("has a request id of our own when the given one is not sane", async () => {
    for (const id of ["<script>", "x".repeat(129), ""]) {
      const { headers } = await rest.request("GET", "/healthz", { headers: { "x-request-id": id } });
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test("to HEAD has no body", async () => {
    const head = await rest.request("HEAD", "/v1/gateways");
    expect(head).toMatchObject({ status: 200, body: {} });
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(10);
  });
});

describe("what goes wrong inside", () => {
  test("stays inside, but for the id it is logged with", async () => {
    const answer = await rest.request("GET", "/v1/gateways/gw-1/twin", {
      headers: { "x-request-id": "find-me" },
    });
    expect(answer).toMatchObject({
      status: 500,
      body: { error: { status: "INTERNAL", requestId: "find-me" } },
    });
    expect(JSON.stringify(answer.body)).not.toContain("secret");
    const logged = rest.logged.find(([fields]) => JSON.stringify(fields).includes("find-me"));
    expect(logged?.[0]).toMatchObject({ error: { message: "a secret detail" } });
  });

  test("is a deadline when nothing comes", async () => {
    const answer = await rest.request("GET", "/v1/twins");
    expect(answer).toMatchObject({ status: 504, body: { error: { status: "DEADLINE_EXCEEDED" } } });
    expect(reasonOf(answer)).toBe("DEADLINE_EXCEEDED");
    stuck.release();
  });

  test("is unavailability when nobody offers it", async () => {
    const answer = await rest.request("PUT", "/v1/gateways/gw-1/twin/desired", { body: {} });
    expect(answer).toMatchObject({ status: 503, body: { error: { status: "UNAVAILABLE" } } });
    expect(answer.headers.get("retry-after")).toBe("1");
  });
});

test("a trace goes on inside", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await rest.request("GET", "/v1/gateways/gw-1/twin", { headers: { traceparent } });
  expect(metaOf()).toMatchObject({ traceparent, by: "admin" });
});

describe("a client that hangs", () => {
  const HEAD = `POST /v1/gateways HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n`;

  test.each([
    ["in its headers", HEAD],
    ["in its body", `${HEAD}Content-Length: 100\r\n\r\n{`],
    ["after too much body", `${HEAD}Content-Length: 9000000\r\n\r\n${"x".repeat(1_500_000)}`],
  ])("%s is cut, others are not held up", async (_, sent) => {
    const socket = await open(sent);
    expect((await rest.request("GET", "/v1/gateways")).status).toBe(200);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 (408|413) /);
    expect((await rest.request("GET", "/v1/gateways")).status).toBe(200);
  });

  test("and goes away leaves nothing behind", async () => {
    const before = rest.logged.length;
    const socket = await open(`${HEAD}Content-Length: 100\r\n\r\n{`);
    socket.destroy();
    await waitFor(
      "the server to be rid of it",
      async () => (await rest.request("GET", "/healthz")).status === 200,
    );
    expect(rest.logged.length).toBe(before);
  });
});

describe("the target of a request", () => {
  const HEADERS = `Host: x\r\nAuthorization: Bearer ${TOKEN}\r\n`;

  async function answerTo(line: string, headers = HEADERS) {
    const answer = await text(await open(`${line}\r\n${headers}Connection: close\r\n\r\n`));
    const [head, body = ""] = answer.split("\r\n\r\n");
    return { head, body };
  }

  test("may be a whole URL, as proxies send it", async () => {
    const { head, body } = await answerTo("GET http://anywhere:80/v1/gateways?pageSize=1 HTTP/1.1");
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(JSON.parse(body)).toMatchObject({ gateways: [] });
  });

  test.each([
    "OPTIONS * HTTP/1.1",
    "GET http://anywhere HTTP/1.1",
    "GET ftp://anywhere/v1/gateways HTTP/1.1",
  ])("that leads nowhere is refused as any other: %s", async (line) => {
    const { head, body } = await answerTo(line);
    expect(head).toMatch(/^HTTP\/1\.1 404 /);
    expect(JSON.parse(body)).toMatchObject({ error: { details: [{ reason: "ROUTE_NOT_FOUND" }] } });
  });

  test("needs a host beside it", async () => {
    const { head, body } = await answerTo("GET /livez HTTP/1.1", "");
    expect(head).toMatch(/^HTTP\/1\.1 400 .*X-Request-Id: /s);
    expect(JSON.parse(body)).toMatchObject({ error: { details: [{ reason: "MALFORMED_REQUEST" }] } });
  });
});

test("requests under way are finished when the service ends", async () => {
  const own = await startRest([], { timeouts: { closeMs: 200 } });
  const socket = connect(own.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("POST /v1/gateways HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  const closed = once(socket, "close");
  await own.stop();
  socket.resume();
  await closed;
});

test("a connection whose answer had begun when the service ends is closed with it", async () => {
  const own = await startRest([], { timeouts: { closeMs: 60_000 } });
  const [socket, idle] = [connect(own.port, "127.0.0.1"), connect(own.port, "127.0.0.1")];
  await Promise.all([once(socket, "connect"), once(idle, "connect")]);
  const head = `POST /v1/gateways HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n`;
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n`);
  // By then it is being served.
  idle.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(idle, "data");
  const start = performance.now();
  const stopped = own.stop();
  await once(idle, "close");
  socket.write("{}");
  expect(await text(socket)).toMatch(/^HTTP\/1.1 201 .*Connection: close/s);
  await stopped;
  expect(performance.now() - start).toBeLessThan(3000);
});

test("a connection in use is closed with its next answer when the service ends", async () => {
  const own = await startRest([], { timeouts: { closeMs: 60_000 } });
  const socket = connect(own.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("GET /livez HTTP/1.1\r\nHost: x\r\n");
  // By then it has been read.
  await own.request("GET", "/livez");
  const stopped = own.stop();
  const asked = () => fetch(`${own.url}/livez`, { headers: { connection: "close" } }).catch(() => null);
  await waitFor("the server to listen no more", async () => (await asked()) === null);
  socket.write("\r\n");
  expect(await text(socket)).toContain("Connection: close");
  await stopped;
});
