import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNothingPolluted } from "../helpers/twin-builders.ts";
import { waitFor } from "../helpers/wait-for.ts";
import { type Answer, type RestHarness, reasonOf, startRest, TOKEN } from "./rest-harness.ts";

const CONNECTIONS = 20;
const PAGE = "https://console.example.com";

let rest: RestHarness;
const refused: string[] = [];
const desired: unknown[] = [];

beforeAll(async () => {
  const twins = {
    name: "twins",
    actions: {
      updateDesired({ params }: { params: { patch: unknown } }) {
        desired.push(params.patch);
        return { version: 1 };
      },
    },
  };
  rest = await startRest([twins], {
    corsOrigins: [PAGE],
    maxConnections: CONNECTIONS,
    counters: { count: (_, labels) => void refused.push(labels?.reason ?? "?") },
    timeouts: { requestMs: 1500, headersMs: 300, idleMs: 400, silenceMs: 60_000, closeMs: 100 },
  });
});
afterAll(() => rest.stop());

async function open(sent = ""): Promise<Socket> {
  const socket = connect(rest.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(sent);
  return socket;
}

/** Everything that comes until the server closes the connection. */
async function exchange(sent: string): Promise<string> {
  return text(await open(sent));
}

const HEADERS = `Host: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n`;
const POST = `POST /v1/gateways HTTP/1.1\r\n${HEADERS}`;
const patch = (body: string) => rest.request("PATCH", "/v1/gateways/gw-1/twin/desired", { body });

describe("every answer", () => {
  const POLICY = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };

  test.each([
    [200, "GET", "/v1/gateways"],
    [200, "GET", "/healthz"],
    [400, "GET", "/v1/gateways/%zz"],
    [404, "GET", "/v1/nothing"],
    [405, "PUT", "/v1/gateways"],
    [414, "GET", `/v1/gateways?filter=${"x".repeat(9000)}`],
  ])(
    "of %i has the headers of the policy, and none that tells of the server",
    async (status, method, path) => {
      const answer = await rest.request(method, path);
      expect(answer.status).toBe(status);
      const headers = Object.fromEntries(answer.headers);
      expect(headers).toMatchObject(POLICY);
      for (const name of [
        "server",
        "x-powered-by",
        "strict-transport-security",
        "access-control-allow-origin",
      ])
        expect(headers).not.toHaveProperty(name);
    },
  );

  test("that Node gives up before it is a request has them as well, and the form of all errors", async () => {
    const answer = await exchange("this is not HTTP\r\n\r\n");
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    for (const [name, value] of Object.entries(POLICY))
      expect(head.toLowerCase()).toContain(`${name}: ${value}`);
    expect(JSON.parse(body)).toMatchObject({
      error: { code: 400, details: [{ reason: "MALFORMED_REQUEST" }] },
    });
  });
});

describe("a page of another origin", () => {
  const from = (origin: string, method: string, headers = {}) =>
    rest.request(method, "/v1/gateways", { headers: { origin, ...headers } });
  const ASKS = { "access-control-request-method": "PATCH", "access-control-request-headers": "if-match" };

  test("that is on the list may ask and read", async () => {
    const preflight = await from(PAGE, "OPTIONS", ASKS);
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      "access-control-allow-origin": PAGE,
      "access-control-allow-methods": expect.stringContaining("PATCH"),
      "access-control-allow-headers": expect.stringMatching(/Authorization.*If-Match/),
      vary: "Origin",
    });
    for (const { headers } of [preflight, await from(PAGE, "GET"), await from(PAGE, "PUT")]) {
      expect(headers.get("access-control-allow-origin")).toBe(PAGE);
      expect(headers.get("access-control-allow-credentials")).toBeNull();
    }
  });

  test.each(["https://evil.example.com", `${PAGE}.evil.example`, "http://console.example.com", "null"])(
    "%s is told nothing",
    async (origin) => {
      expect((await from(origin, "OPTIONS", ASKS)).status).toBe(405);
      for (const method of ["OPTIONS", "GET"]) {
        const { headers } = await from(origin, method, ASKS);
        expect(headers.get("access-control-allow-origin")).toBeNull();
        expect(headers.get("vary")).toBe("Origin");
      }
    },
  );

  test("is told nothing where no list is", async () => {
    const own = await startRest();
    const { status, headers } = await own.request("OPTIONS", "/v1/gateways", {
      headers: { origin: PAGE, ...ASKS },
    });
    expect([status, headers.get("access-control-allow-origin"), headers.get("vary")]).toEqual([
      405,
      null,
      null,
    ]);
    await own.stop();
  });
});

describe("sizes", () => {
  test("of headers and bodies are limited", async () => {
    expect(await exchange(`${POST}X: ${"x".repeat(17_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*HEADERS_TOO_LARGE/s,
    );
    const tooLarge = await patch(`{"a":"${"x".repeat(1024 ** 2)}"}`);
    expect([tooLarge.status, reasonOf(tooLarge)]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });

  test("that a body announces are refused before it comes", async () => {
    const announced = POST.replace("\r\n", "\r\nContent-Length: 1048577\r\nConnection: close\r\n");
    expect(await exchange(`${announced}\r\n`)).toMatch(/^HTTP\/1\.1 413 .*PAYLOAD_TOO_LARGE/s);
  });

  test("are what they are: nothing is decompressed", async () => {
    const headers = { "content-encoding": "gzip" };
    const answer = await rest.request("POST", "/v1/gateways", { body: {}, headers });
    expect([answer.status, reasonOf(answer)]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
  });
});

describe("time", () => {
  /** Sends a byte now and then until the connection ends; resolves with what came. */
  async function drip(start: string): Promise<string> {
    const socket = await open(start);
    const dripping = setInterval(() => socket.write("a"), 50);
    const answer = await text(socket);
    clearInterval(dripping);
    return answer;
  }

  test.each([
    ["headers", `${POST}X-Slow: `],
    ["a body", `${POST}Content-Length: 100000\r\n\r\n`],
    ["a body in chunks", `${POST}Transfer-Encoding: chunked\r\n\r\nffff\r\n`],
  ])("ends for %s that come byte by byte", async (_, start) => {
    expect(await drip(start)).toMatch(/^HTTP\/1\.1 408 .*REQUEST_TOO_SLOW/s);
  });

  test("ends sooner for headers than for what follows them", async () => {
    const body = (await open(`${POST}Content-Length: 10\r\n\r\n`)).resume();
    expect(await drip(`${POST}X-Slow: `)).toMatch(/^HTTP\/1\.1 408 /);
    expect((await rest.request("GET", "/healthz")).status).toBe(200);
    expect(body.closed).toBe(false);
    body.destroy();
  });

  test("ends for connections that say nothing, and for those that have nothing more to say", async () => {
    const silent = await open();
    const idle = await open(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await text(silent)).toMatch(/^HTTP\/1\.1 408 /);
    expect(await text(idle)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("many connections", () => {
  const GET = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  /** Under way longer than any of these tests takes: a request whose body does not come. */
  const hold = () => open(`${POST}Content-Length: 10\r\n\r\n`);

  test("leave room for so many, and tell those that come after why they are refused", async () => {
    const before = refused.length;
    const held = await Promise.all(Array.from({ length: CONNECTIONS }, hold));
    expect(await exchange(GET)).toMatch(
      /^HTTP\/1\.1 503 .*Connection: close\r\n.*Retry-After: 1\r\n.*TOO_MANY_CONNECTIONS/s,
    );
    expect(refused.slice(before)).toEqual(["full"]);
    for (const socket of held) socket.destroy();
    await waitFor("room", async () => (await exchange(GET)).startsWith("HTTP/1.1 200 "));
  });

  test("are refused without a word when there are many more", async () => {
    const sockets = await Promise.all(Array.from({ length: CONNECTIONS + 150 }, () => open()));
    await waitFor("the last ones to be closed", () => sockets.filter(({ closed }) => closed).length >= 50);
    for (const socket of sockets) socket.destroy();
    await waitFor("room", async () => (await exchange(GET)).startsWith("HTTP/1.1 200 "));
  });
});

describe("a request that two could read as different ones", () => {
  const BODY = "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

  test.each([
    ["a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"],
    ["two lengths", "Content-Length: 5\r\nContent-Length: 40\r\n"],
    ["a length that is none", "Content-Length: +5\r\n"],
    ["an unknown encoding", "Transfer-Encoding: xchunked\r\n"],
    ["a space before the colon", "Transfer-Encoding : chunked\r\n"],
    ["a folded header", "X: 1\r\n Transfer-Encoding: chunked\r\n"],
    ["bare line feeds", "X: 1\nTransfer-Encoding: chunked\n"],
    ["a NUL", "X: a\0b\r\n"],
  ])("%s: is refused, and nothing after it is read", async (_, headers) => {
    const answer = await exchange(`${POST}${headers}\r\n${BODY}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/^HTTP/gm)).toHaveLength(1);
    expect(answer).not.toMatch(/\bat .*\.[jt]s:/);
  });
});

describe("a body that is JSON, and a trap", () => {
  const nested = (levels: number) => `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  const outcome = (answer: Answer) => [answer.status, reasonOf(answer)];

  test("is not too deep", async () => {
    expect((await patch(nested(20))).status).toBe(200);
    for (const levels of [32, 1000, 400_000])
      expect(outcome(await patch(nested(levels)))).toEqual([400, "TOO_DEEP"]);
    const answer = await rest.request("POST", "/v1/gateways", { body: `{"labels":${nested(400_000)}}` });
    expect(outcome(answer)).toEqual([400, "TOO_DEEP"]);
  });

  test.each([
    '{"__proto__":{"polluted":1}}',
    '{"a":[{"__proto__":{"polluted":1}}]}',
    '{"\\u005f_proto__":1}',
  ])("has no key that means a prototype: %s", async (body) => {
    expect(outcome(await patch(body))).toEqual([400, "KEY_NOT_ALLOWED"]);
    expect(outcome(await rest.request("POST", "/v1/gateways", { body }))).toEqual([400, "KEY_NOT_ALLOWED"]);
    expectNothingPolluted();
  });

  test("has keys such as constructor as plain keys, and of a key that comes twice the last one", async () => {
    expect((await patch('{"constructor":{"prototype":{"polluted":1}},"a":1,"a":2}')).status).toBe(200);
    expect(desired.at(-1)).toEqual({ constructor: { prototype: { polluted: 1 } }, a: 2 });
    expectNothingPolluted();
  });

  test("has no number that would come out as another value", async () => {
    for (const number of ["1e400", "-1e400", `1${"0".repeat(400)}`])
      expect(outcome(await patch(`{"a":[${number}]}`))).toEqual([400, "NUMBER_TOO_LARGE"]);
    expect((await patch('{"a":1e308,"b":1e-400,"c":12345678901234567890}')).status).toBe(200);
  });
});
