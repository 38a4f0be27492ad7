import type { ServiceSchema } from "moleculer";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DomainError } from "../../actors/contracts/errors.ts";
import { Overview } from "../../actors/contracts/overview.ts";
import { checker } from "../../actors/contracts/validate.ts";
import { EMPTY_TWIN } from "../../actors/twin/state.ts";
import { viewOf } from "../../actors/twin/view.ts";
import { twinResource } from "../../mixins/twin-resource.ts";
import { overviewService } from "../../services/bff/overview.service.ts";
import { type RestHarness, startRest } from "./rest-harness.ts";

const DEADLINE_MS = 150;
const TIME = "2026-03-01T00:00:00.000Z";
const gateway = { gatewayId: "gw-1", displayName: "", labels: {}, createTime: TIME, updateTime: TIME };
const parts = {
  twin: twinResource(gateway, viewOf("gw-1", EMPTY_TWIN)),
  presence: {
    gatewayId: "gw-1",
    state: "ONLINE",
    sinceTime: TIME,
    lastSeenTime: TIME,
    sessionId: "s",
    node: "n",
    board: {},
    firmware: null,
    isFlapping: false,
    reconnects: 0,
  },
  config: {
    gatewayId: "gw-1",
    phase: "IN_SYNC",
    desiredVersion: 0,
    attempts: 0,
    nextAttemptTime: null,
    lastError: null,
    lagSeconds: 0,
    traffic: { bytesSent: 0, bytesSaved: 0 },
  },
  cameras: [],
};

const fine = async (part: object) => part;
/** What the services behind it do now. */
const answers = { twins: fine, presence: fine, config: fine, cameras: fine };
let rest: RestHarness;
let atOnce: number;
let most: number;
let counted: (object | undefined)[];

const isGone = () => Promise.reject(new DomainError("GATEWAY_NOT_FOUND", { gatewayId: "gw-1" }));
const hangs = () => new Promise<object>(() => {});
const isBroken = () => Promise.reject(new Error("a secret detail"));

function stub(name: keyof typeof answers, part: object): ServiceSchema {
  const get = async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    return answers[name](part).finally(() => {
      atOnce -= 1;
    });
  };
  return { name, actions: { get, list: get } };
}

beforeAll(async () => {
  const counters = {
    count: (_: string, labels?: object) => void counted.push(labels),
    gauge: () => undefined,
  };
  rest = await startRest([
    overviewService({ counters, deadlineMs: DEADLINE_MS }),
    stub("twins", parts.twin),
    stub("presence", parts.presence),
    stub("config", parts.config),
    stub("cameras", { cameras: parts.cameras, nextPageToken: "" }),
  ]);
  await rest.request("POST", "/v1/gateways", { body: { gatewayId: "gw-1" } });
});
afterAll(() => rest.stop());
beforeEach(() => {
  Object.assign(answers, { twins: fine, presence: fine, config: fine, cameras: fine });
  [atOnce, most, counted] = [0, 0, []];
});

const read = (gatewayId = "gw-1") => rest.request("GET", `/v1/gateways/${gatewayId}:overview`);
const check = checker(Overview);

test("has all that there is of a gateway, read at the same time", async () => {
  answers.twins = async (part) => {
    await new Promise(setImmediate);
    return part;
  };
  const { status, body } = await read();
  expect(status).toBe(200);
  expect(check(body)).toMatchObject({ gateway: { gatewayId: "gw-1" }, ...parts, unavailable: [] });
  expect(most).toBe(4);
});

test("names what is not there, and why, and has the rest within the deadline", async () => {
  Object.assign(answers, { twins: hangs, presence: isBroken });
  const start = performance.now();
  const { status, body } = await read();
  expect(performance.now() - start).toBeLessThan(DEADLINE_MS * 5);
  expect(status).toBe(200);
  expect(check(body).unavailable).toEqual([
    { part: "twin", reason: "DEADLINE_EXCEEDED" },
    { part: "presence", reason: "INTERNAL" },
  ]);
  expect(Object.keys(body).sort()).toEqual(["cameras", "config", "gateway", "unavailable"]);
  expect(JSON.stringify(body)).not.toContain("secret");
  expect(counted).toEqual(expect.arrayContaining([{ part: "twin" }, { part: "presence" }]));
});

test("does without a service that no node offers", async () => {
  await rest.broker.destroyService("config");
  const { body } = await read();
  expect(check(body).unavailable).toEqual([{ part: "config", reason: "SERVICE_UNAVAILABLE" }]);
  rest.broker.createService(stub("config", parts.config));
  await rest.broker.waitForServices("config");
});

test("there is none of a gateway that does not exist", async () => {
  Object.assign(answers, { twins: isGone, presence: isGone, config: isGone });
  expect(await read("gw-9")).toMatchObject({ status: 404, body: { error: { status: "NOT_FOUND" } } });
});
