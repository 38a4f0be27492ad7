import { createHash } from "node:crypto";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Type } from "typebox";
import { expect, test } from "vitest";
import { type ActionContract, RANKS } from "../../../actors/contracts/action.ts";
import { ACTIONS, WATCHES } from "../../../actors/contracts/contract.ts";
import { plainPages } from "../plain-pages.ts";
import { openApiDocument } from "./document.ts";
import { documentPages } from "./document-pages.ts";
import { html } from "./html.ts";
import { Schemas } from "./schemas.ts";
import { METHODS, type Operation } from "./types.ts";

const document = openApiDocument();
const text = JSON.stringify(document);
const operations: Operation[] = Object.values(document.paths).flatMap((item) =>
  METHODS.flatMap((method) => item[method] ?? []),
);
const operationOf = (id: string) => operations.find(({ operationId }) => operationId === id);

test("it is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  expect(await validator.validate(JSON.parse(text))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
});

test("every reference leads somewhere", () => {
  for (const [, pointer = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer.split("/").reduce<unknown>((at, name) => Reflect.get(Object(at), name), document);
    expect(found, pointer).toBeTypeOf("object");
  }
});

test("it has every action, watch and page, each with who may", () => {
  const bound = Object.entries<ActionContract>(ACTIONS).flatMap(([name, { rest }]) => (rest ? [name] : []));
  const actions = [...text.matchAll(/"x-action":"([^"]+)"/g)].map(([, name]) => name);
  const ids = operations.map(({ operationId }) => operationId);
  expect([...ids, ...actions]).toEqual(expect.arrayContaining([...bound, ...Object.keys(WATCHES)]));
  expect(new Set(ids).size).toBe(ids.length);
  const pages = {
    ...plainPages({ metricsText: String, health: () => ({ started: true, ready: true, problems: [] }) }),
    ...documentPages(),
  };
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(Object.keys(pages)));
  for (const operation of operations) {
    const role = operation["x-required-role"];
    if (operation.security) expect(operation.security).toEqual([]);
    else expect(RANKS).toContain(role);
  }
});

test("an operation tells its headers, bodies by content type, and answers", () => {
  const change = operationOf("twins.updateDesired");
  expect(Object.keys(change?.requestBody?.content ?? {})).toEqual([
    "application/merge-patch+json",
    "application/json",
    "application/json-patch+json",
  ]);
  const references = JSON.stringify(change?.parameters);
  for (const name of ["ifMatch", "idempotencyKey", "requestId", "traceparent"])
    expect(references).toContain(name);
  expect(Object.keys(change?.responses ?? {})).toEqual(expect.arrayContaining(["200", "409", "412", "415"]));
  expect(Object.keys(operationOf("twins.get")?.responses ?? {})).toContain("304");
  expect(operationOf("gateways.create")?.responses).toHaveProperty("201.headers.Location");
  expect(JSON.stringify(operationOf("events.watch"))).toContain("text/event-stream");
  expect(JSON.stringify(operationOf("artifacts.create"))).toContain("idempotencyKey");
  expect(JSON.stringify(operationOf("sessions.create"))).not.toContain("idempotencyKey");
});

test("two schemas with the same title are refused", () => {
  const schemas = new Schemas();
  schemas.of(Type.Object({ title: Type.String() }, { title: "One" }));
  expect(schemas.named.One).toHaveProperty("properties.title.type", "string");
  expect(() => schemas.of(Type.String({ title: "One" }))).toThrow("have the title One");
});

test("the page for people escapes, and loads and runs nothing", () => {
  const page = documentPages()["/docs"];
  const { body = "", headers = {} } = page?.(new IncomingMessage(new Socket())) ?? {};
  expect(body).toContain('id="gateways.rotateCredentials"');
  expect(body).toContain("VERSION_MISMATCH");
  expect(body).not.toMatch(/<script|<link|<img|@import|url\(|src=|href="(?!#|\/openapi\.json)/);
  const [, style = ""] = /<style>(.*)<\/style>/s.exec(body) ?? [];
  const hash = createHash("sha256").update(style).digest("base64");
  expect(headers["Content-Security-Policy"]).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
  expect(html`<a title="${`"'<&>`}">${["<", html`<b>`]}</a>`.text).toBe(
    '<a title="&#34;&#39;&#60;&#38;&#62;">&#60;<b></a>',
  );
});
