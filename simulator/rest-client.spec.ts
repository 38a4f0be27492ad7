import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deleteAll, provision } from "./provisioning.ts";
import { patiently, RestClient } from "./rest-client.ts";

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Call {
  readonly what: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

let server: Server;
let rest: RestClient;
let calls: Call[];
let answer: (call: Call) => Answer;

beforeEach(async () => {
  calls = [];
  server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const call = {
      what: `${request.method} ${request.url}`,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    calls.push(call);
    const { status, headers, body } = answer(call);
    response.writeHead(status, headers).end(body === undefined ? "" : JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  rest = new RestClient(`http://127.0.0.1:${port}`, "secret");
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const twin = {
  gatewayId: "g:1",
  version: 3,
  desired: { state: { a: 1 }, version: 2, updateTime: "t" },
  reported: { state: {}, version: 1 },
  delta: { a: 1 },
  inSync: false,
};
const refusal = (status: number, reason: string, headers = {}): Answer => ({
  status,
  headers,
  body: { error: { code: status, message: "No.", details: [{ reason }] } },
});
const created = ({ body }: Call): Answer => {
  const { requests }: { requests: { gatewayId: string }[] } = JSON.parse(body);
  const gateways = requests.map(({ gatewayId }) => ({
    gatewayId,
    credentials: { username: gatewayId, password: "p" },
  }));
  return { status: 200, body: { gateways } };
};

test("patches with a merge patch, the id encoded, the token sent", async () => {
  answer = () => ({ status: 200, body: twin });
  expect((await rest.patchDesired("g:1", { a: 1 })).desired.version).toBe(2);
  expect(calls).toMatchObject([
    {
      what: "PATCH /v1/gateways/g%3A1/twin/desired",
      headers: { authorization: "Bearer secret", "content-type": "application/merge-patch+json" },
      body: '{"a":1}',
    },
  ]);
});

test("an error carries status, reason and message", async () => {
  answer = () => refusal(404, "GATEWAY_NOT_FOUND");
  await expect(rest.twin("g")).rejects.toMatchObject({
    status: 404,
    reason: "GATEWAY_NOT_FOUND",
    message: "GATEWAY_NOT_FOUND: No.",
    mayPass: false,
  });
});

test("an answer that is not the contract's is refused", async () => {
  answer = () => ({ status: 200, body: { ...twin, inSync: "yes" } });
  await expect(rest.twin("g")).rejects.toMatchObject({ reason: "UNEXPECTED_BODY" });
});

test("patience tries again what may pass, and nothing else", async () => {
  answer = () =>
    calls.length < 3 ? refusal(429, "RATE_LIMITED", { "retry-after": "0" }) : { status: 200, body: twin };
  expect((await patiently(Date.now() + 10_000, () => rest.twin("g"))).version).toBe(3);
  expect(calls).toHaveLength(3);
  answer = () => refusal(403, "PERMISSION_DENIED");
  await expect(patiently(Date.now() + 10_000, () => rest.twin("g"))).rejects.toThrow("PERMISSION_DENIED");
  expect(calls).toHaveLength(4);
});

test("patience ends with the deadline", async () => {
  answer = () => refusal(429, "RATE_LIMITED", { "retry-after": "60" });
  await expect(patiently(Date.now() + 1000, () => rest.twin("g"))).rejects.toThrow("RATE_LIMITED");
  expect(calls).toHaveLength(1);
});

test("creates in batches of at most 1000", async () => {
  answer = created;
  const names = Array.from({ length: 2001 }, (_, n) => `sim-${n}`);
  const credentials = await provision(rest, 1, () => names);
  expect(credentials.map(({ username }) => username)).toEqual(names);
  expect(calls.map(({ what }) => what)).toEqual(Array(3).fill("POST /v1/gateways:batchCreate"));
});

test("takes other names when some are taken, and leaves nothing behind", async () => {
  answer = (call) => {
    if (call.what.startsWith("DELETE")) return { status: 204 };
    return call.body.includes('"r1-1000"') ? refusal(409, "GATEWAY_EXISTS") : created(call);
  };
  const namesOf = (run: number) => Array.from({ length: 1001 }, (_, n) => `r${run}-${n}`);
  const credentials = await provision(rest, 1, namesOf);
  expect(credentials[0]?.username).toBe("r2-0");
  expect(calls.filter(({ what }) => what.startsWith("DELETE /v1/gateways/r1-"))).toHaveLength(1000);
});

test("deleting tells what is left; who is gone already is no trouble", async () => {
  answer = ({ what }) => {
    if (what.endsWith("/gone")) return refusal(404, "GATEWAY_NOT_FOUND");
    return what.endsWith("/mine") ? { status: 204 } : refusal(403, "PERMISSION_DENIED");
  };
  expect(await deleteAll(rest, ["gone", "mine", "other"], Date.now())).toEqual(["other"]);
});
