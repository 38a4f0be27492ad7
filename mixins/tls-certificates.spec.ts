import { copyFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Pair, TestAuthority } from "../test/helpers/certificates.ts";
import { waitFor } from "../test/helpers/wait-for.ts";
import { Certificates } from "./tls-certificates.ts";

let authority: TestAuthority;
let first: Pair;
let second: Pair;
/** What is in use; each test begins with the first pair. */
let used: Pair;
let errors: string[];
let reloads: string[];

beforeAll(() => {
  authority = new TestAuthority();
  [first, second] = [authority.issue("first"), authority.issue("second")];
});
afterAll(() => authority.remove());
beforeEach(() => {
  used = authority.copy(first);
  [errors, reloads] = [[], []];
});

const named = (variable: string, path: string) => ({ variable, path });

function open({ cert, key }: Pair = used, ca?: string): Certificates {
  return new Certificates({
    listener: "mqtt",
    files: {
      cert: named("TLS_CERT", cert),
      key: named("TLS_KEY", key),
      ...(ca !== undefined && { ca: named("TLS_CA", ca) }),
    },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (_, fields) => void errors.push(String(fields?.error)),
    },
    counters: {
      count: (_, labels) => void reloads.push(labels?.outcome ?? "?"),
      gauge: () => undefined,
    },
    lookEveryMs: 20,
  });
}

describe("a start with a wrong file names the variable in one line", () => {
  test.each<[string, string, () => Certificates]>([
    [
      "a missing certificate",
      "TLS_CERT: '.*' cannot be read \\(ENOENT\\)",
      () => open({ ...used, cert: "no" }),
    ],
    ["a directory", "TLS_KEY: '.*' cannot be read \\(EISDIR\\)", () => open({ ...used, key: "/" })],
    ["a key in its place", "TLS_CERT: .* has no certificate", () => open({ ...used, cert: used.key })],
    ["a certificate for a key", "TLS_KEY: .* has no private key", () => open({ ...used, key: used.cert })],
    [
      "another key",
      "TLS_KEY: .* is not the key of the certificate",
      () => open({ ...used, key: second.key }),
    ],
    ["a wrong CA", "TLS_CA: .* has no certificate", () => open(used, used.key)],
  ])("%s", (_, message, start) => {
    expect(start).toThrow(new RegExp(`^${message}[^\\n]*$`));
  });
});

describe("files that change", () => {
  let server: Server;
  let shown: (Buffer | string)[];

  beforeEach(() => {
    const certificates = open();
    server = createServer(certificates.tlsOptions);
    shown = [];
    const setSecureContext = server.setSecureContext.bind(server);
    server.setSecureContext = (options) => {
      shown.push(String(options.cert));
      setSecureContext(options);
    };
    certificates.serve(server);
  });
  afterEach(() => server.emit("close"));

  test("are taken over, once, when both are there", async () => {
    copyFileSync(second.cert, used.cert);
    copyFileSync(second.key, used.key);
    await waitFor("the new certificate", () => shown.length > 0);
    process.emit("SIGHUP");
    expect([reloads, errors]).toEqual([["done", "done"], []]);
  });

  test("that do not belong together change nothing until they do", async () => {
    copyFileSync(second.cert, used.cert);
    await waitFor("the failure", () => errors.length > 0);
    expect(errors).toEqual([expect.stringMatching(/^Error: TLS_KEY: .* is not the key/)]);
    expect(shown).toEqual([]);
    copyFileSync(second.key, used.key);
    await waitFor("the new certificate", () => shown.length > 0);
    expect(reloads).toEqual(["failed", "done"]);
  });

  test("are read at once on SIGHUP, and not any more when the server has closed", () => {
    const listeners = process.listenerCount("SIGHUP");
    writeFileSync(used.cert, "rubbish");
    process.emit("SIGHUP");
    expect([reloads, shown]).toEqual([["failed"], []]);
    server.emit("close");
    expect(process.listenerCount("SIGHUP")).toBe(listeners - 1);
    process.emit("SIGHUP");
    expect(reloads).toEqual(["failed"]);
  });
});
