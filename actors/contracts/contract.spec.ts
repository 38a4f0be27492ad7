import { Type } from "typebox";
import { expect, test } from "vitest";
import type { ActionContract } from "./action.ts";
import { ACTIONS } from "./contract.ts";
import { EVENTS } from "./events.ts";

const actions = Object.entries<ActionContract>(ACTIONS);
const bound = actions.flatMap(([name, { params, rest }]) => (rest ? [{ name, params, rest }] : []));

const BETWEEN_NODES = [
  "commands.ingest",
  "commands.ask",
  "twins.ingest",
  "twins.ask",
  "twins.lend",
  "twins.layProfiles",
  "twins.deliver",
  "presence.ingest",
  "presence.ask",
  "config.countTraffic",
  "config.ask",
  "cameras.ask",
];

test.each(actions)("%s: named service.verb, and its params are closed", (name, { params }) => {
  expect(name).toMatch(/^[a-z]+(-[a-z]+)*(?<!-)[A-Za-z]*\.[a-z][A-Za-z]*$/);
  // micro-batches between our own nodes are not looked into twice
  if (!BETWEEN_NODES.includes(name))
    expect(params).toMatchObject({ type: "object", additionalProperties: false });
});

test.each(Object.entries(EVENTS))("%s: a closed payload", (name, payload) => {
  expect(name).toMatch(/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/);
  expect(payload).toMatchObject({ type: "object", additionalProperties: false });
});

test("no two actions share a method, a path and a content type", () => {
  const keys = bound.flatMap(({ rest }) =>
    (rest.contentTypes ?? ["application/json"]).map(
      (type) => `${rest.method} ${rest.path.replace(/(?<=\/):\w+/g, ":")} ${type}`,
    ),
  );
  expect(new Set(keys).size).toBe(keys.length);
});

test.each(bound)(
  "$name: path parameters and the body's param are params; a body only where HTTP has one",
  ({ params, rest }) => {
    const names = Type.IsObject(params) ? Object.keys(params.properties) : [];
    const inPath = [...rest.path.matchAll(/\/:(\w+)/g)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(inPath));
    if (typeof rest.body === "object") expect(names).toContain(rest.body.param);
    if (rest.method === "GET" || rest.method === "DELETE") expect(rest.body).toBe("none");
    expect(rest.path).toMatch(/^\/v1\//);
  },
);

/** How the system is doing inside is the operators' business, who may come in the admins'. */
const READ_BY_OTHERS = [
  "cluster.get",
  ...["node-profiles.list", "node-profiles.get", "node-profiles.download"],
  ...["users.get", "users.list", "api-keys.get", "api-keys.list", "audit.list"],
];
/** What they bring is all that is asked for: a password, or a ticket. */
const DONE_BY_ANYONE = ["sessions.create", "artifacts.upload"];
/** Of the caller, not of the system. */
const DONE_BY_VIEWERS = ["users.changePassword", "sessions.deleteCurrent", "permissions.check"];

test.each(bound)(
  "$name: who only reads need not be more than a viewer, who changes must",
  ({ name, rest }) => {
    const isForViewers =
      rest.method === "GET" ? !READ_BY_OTHERS.includes(name) : DONE_BY_VIEWERS.includes(name);
    expect(rest.role === "viewer").toBe(isForViewers);
    expect(rest.role === "anyone").toBe(DONE_BY_ANYONE.includes(name));
  },
);
