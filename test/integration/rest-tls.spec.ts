import { copyFileSync } from "node:fs";
import { Agent, get, type RequestOptions } from "node:https";
import { connect as connectSocket } from "node:net";
import { text } from "node:stream/consumers";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Certificates } from "../../mixins/tls-certificates.ts";
import { type Pair, readPair, TestAuthority } from "../helpers/certificates.ts";
import { type RestHarness, startRest } from "./rest-harness.ts";

let authority: TestAuthority;
let stranger: TestAuthority;
let server: Pair;
let rest: RestHarness;
let agent: Agent;
const refused: string[] = [];

beforeAll(() => {
  [authority, stranger] = [new TestAuthority(), new TestAuthority()];
  server = authority.issue("api");
});
afterAll(() => {
  authority.remove();
  stranger.remove();
});
afterEach(async () => {
  agent.destroy();
  await rest.stop();
});

async function start(pair: Pair, ca?: string): Promise<void> {
  const counters = { count: () => undefined, gauge: () => undefined };
  const certificates = new Certificates({
    listener: "http",
    files: {
      cert: { variable: "HTTP_TLS_CERT", path: pair.cert },
      key: { variable: "HTTP_TLS_KEY", path: pair.key },
      ...(ca !== undefined && { ca: { variable: "HTTP_TLS_CA", path: ca } }),
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    counters,
  });
  agent = new Agent({ keepAlive: true, ca: authority.pem });
  rest = await startRest([], {
    certificates,
    timeouts: { headersMs: 300, idleMs: 60_000, closeMs: 100 },
    counters: { count: (_, labels) => void refused.push(labels?.reason ?? "?") },
  });
}

type Health = {
  readonly status: number | undefined;
  readonly shown: string | string[] | undefined;
  readonly strict: unknown;
};

function health(options: RequestOptions = {}): Promise<Health> {
  return new Promise((resolve, reject) => {
    const target = { host: "127.0.0.1", port: rest.port, path: "/healthz", agent };
    get({ ...target, ...options }, (answer) => {
      const { CN: shown } = (answer.socket as TLSSocket).getPeerCertificate().subject;
      const strict = answer.headers["strict-transport-security"];
      answer.resume().on("end", () => resolve({ status: answer.statusCode, shown, strict }));
    }).on("error", reject);
  });
}

const apart = (options: ConnectionOptions = {}) =>
  health({ agent: new Agent({ ca: authority.pem, ...options }) });

test("answers over TLS, says so to browsers, and speaks nothing else", async () => {
  await start(server);
  expect(await health()).toEqual({ status: 200, shown: "api", strict: "max-age=31536000" });
  const plain = connectSocket(rest.port, "127.0.0.1").end("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(await text(plain).catch(() => "")).not.toContain("200");
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  await expect(apart(old)).rejects.toThrow();
  expect(refused).toContain("tls");
});

test("closes who does not finish the handshake, or says nothing after it", async () => {
  await start(server);
  const silent = connectSocket(rest.port, "127.0.0.1");
  expect(await text(silent).catch(() => "")).toBe("");
  const secured = connect({ port: rest.port, host: "127.0.0.1", ca: authority.pem });
  expect(await text(secured)).toMatch(/^HTTP\/1\.1 408 .*Strict-Transport-Security/s);
});

test("with a CA only talks to who has a certificate of it", async () => {
  await start(server, authority.cert);
  expect((await apart(readPair(authority.issue("caller")))).status).toBe(200);
  await expect(apart(readPair(stranger.issue("caller")))).rejects.toThrow();
  await expect(apart()).rejects.toThrow();
});

test("shows a new certificate to new connections, and goes on with the open ones", async () => {
  const used = authority.copy(server);
  await start(used);
  expect((await health()).shown).toBe("api");
  const renewed = authority.issue("renewed");
  for (const file of ["cert", "key"] as const) copyFileSync(renewed[file], used[file]);
  process.emit("SIGHUP");
  expect((await health()).shown).toBe("api");
  expect((await apart()).shown).toBe("renewed");
});
